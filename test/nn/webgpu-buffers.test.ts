/** Reads and memory of the webgpu backend, on a GPU that is made up: it answers as late as it likes, or not at all. */
import { beforeEach, describe, expect, it } from "vitest";
import type { Buffer, BufferManager, Device, ErrorEvent, WebgpuBackend } from "../../src/nn/backends/webgpu-buffers.ts";
import { freeUnusedBuffers, readSynchronously } from "../../src/nn/backends/webgpu-buffers.ts";

const MB = 2 ** 20;
/** Looks at the GPU until it answers; what it does then. */
let answer: { after: number; as: "mapped" | "unmapped"; first?: () => void };
let report: (event: ErrorEvent) => void;
let log: string[];
let destroyed: number[];

function newBuffer(size: number, values = new Float32Array(size / 4)): Buffer {
  const buffer = {
    size,
    mapState: "unmapped" as Buffer["mapState"],
    async mapAsync(): Promise<void> {
      buffer.mapState = "pending";
      let looks = 0;
      const look = (): void => {
        looks += 1;
        if (looks === 1) answer.first?.();
        if (looks >= answer.after) buffer.mapState = answer.as;
        // As Dawn does: by name, at the time.
        else globalThis.setImmediate(look);
      };
      if (answer.after > 0) globalThis.setImmediate(look);
    },
    getMappedRange: () => values.buffer,
    unmap() {
      buffer.mapState = "unmapped";
    },
    destroy: () => destroyed.push(size),
  };
  return buffer;
}

/** As tfjs's manager: what is released is kept by size and usage. */
function newManager(): BufferManager {
  const freeBuffers = new Map<string, Buffer[]>();
  const manager = {
    freeBuffers,
    numFreeBuffers: 0,
    numBytesAllocated: 0,
    numBytesUsed: 0,
    acquireBuffer(size: number, usage: number): Buffer {
      const key = `${size}_${usage}`;
      if (!freeBuffers.has(key)) freeBuffers.set(key, []);
      const free = freeBuffers.get(key)?.pop();
      if (free) manager.numFreeBuffers -= 1;
      else manager.numBytesAllocated += size;
      manager.numBytesUsed += size;
      const made = free ?? newBuffer(size, Float32Array.of(1, 2, 3, 4));
      usages.set(made, usage);
      return made;
    },
    releaseBuffer(buffer: Buffer): void {
      freeBuffers.get(`${buffer.size}_${usages.get(buffer)}`)?.push(buffer);
      manager.numFreeBuffers += 1;
      manager.numBytesUsed -= buffer.size;
    },
  };
  const usages = new Map<Buffer, number>();
  return manager;
}

function newBackend(): WebgpuBackend {
  const data = { values: null as Float32Array | null, dtype: "float32" as const, resource: newBuffer(16) };
  const device: Device = {
    addEventListener(_type, listener) {
      report = listener;
    },
    destroy() {},
  };
  const made = {
    tensorMap: { get: () => data },
    bufferManager: newManager(),
    commandEncoder: { copyBufferToBuffer: () => log.push("copy") },
    ensureCommandEncoderReady: () => {},
    endComputePassEncoder: () => {},
    submitQueue: () => log.push("submit"),
  } as unknown as WebgpuBackend;
  readSynchronously(made, device);
  return made;
}

const event = (message: string): ErrorEvent => ({ error: { message }, preventDefault: () => log.push("not printed") });

beforeEach(() => {
  answer = { after: 3, as: "mapped" };
  log = [];
  destroyed = [];
});

describe("a read", () => {
  it.each([1, 3, 70])("waits until the GPU answers at look %i, once, and lets Node's own timers be", (after) => {
    answer = { after, as: "mapped" };
    const { setImmediate } = globalThis;
    const backend = newBackend();
    expect([...(backend.readSync({}) as Float32Array)]).toEqual([1, 2, 3, 4]);
    expect([...(backend.readSync({}) as Float32Array)]).toEqual([1, 2, 3, 4]);
    expect(log).toEqual(["copy", "submit"]);
    expect(globalThis.setImmediate).toBe(setImmediate);
    expect(backend.bufferManager.numFreeBuffers).toBe(1);
  });

  it("throws what has gone wrong meanwhile or before, the first of it, and goes on throwing", async () => {
    answer = { after: 3, as: "mapped", first: () => report(event("too many buffers")) };
    const backend = newBackend();
    expect(() => backend.readSync({})).toThrow(/^WebGPU: too many buffers$/);
    delete answer.first;
    report(event("and so on"));
    expect(() => backend.readSync({})).toThrow(/^WebGPU: too many buffers$/);
    await expect(backend.read({})).rejects.toThrow(/too many buffers/);
    expect(log.filter((line) => line === "not printed")).toHaveLength(2);
  });

  it("throws where the GPU is gone, and where nobody looks at it", () => {
    answer = { after: 2, as: "unmapped" };
    expect(() => newBackend().readSync({})).toThrow(/^WebGPU: the device is lost/);
    const { setImmediate } = globalThis;
    answer = { after: 0, as: "mapped" };
    expect(() => newBackend().readSync({})).toThrow(/does not look at the GPU any more/);
    expect(globalThis.setImmediate).toBe(setImmediate);
  });
});

describe("memory", () => {
  /** Asks for buffers of these sizes and lets go of them, then reads. */
  function use(backend: WebgpuBackend, sizes: readonly number[]): void {
    const manager = backend.bufferManager;
    for (const buffer of sizes.map((size) => manager.acquireBuffer(size, 1))) manager.releaseBuffer(buffer);
    backend.tensorMap.get({}).values = null;
    backend.readSync({});
  }

  it("that comes in ever new sizes is given back, and what is asked for again and again is kept", () => {
    const backend = newBackend();
    freeUnusedBuffers(backend);
    const { bufferManager } = backend;
    const often = 50 * MB;
    for (let step = 1; step <= 300; step++) {
      use(backend, [often, 4 * MB + 4 * step]);
      expect(bufferManager.numBytesAllocated).toBeLessThan((256 + 4 + 1) * MB);
    }
    expect(destroyed.length).toBeGreaterThan(200);
    expect(destroyed).not.toContain(often);
    const free = [...bufferManager.freeBuffers.values()].flat();
    expect(bufferManager.numFreeBuffers).toBe(free.length);
    const bytes = free.reduce((sum, { size }) => sum + size, 0);
    expect(bufferManager.numBytesAllocated).toBe(bytes + bufferManager.numBytesUsed);
  });

  it("is left alone while there is little of it, and while it is in use", () => {
    const backend = newBackend();
    freeUnusedBuffers(backend);
    for (let step = 1; step <= 200; step++) use(backend, [MB + 4 * step]);
    expect(destroyed).toEqual([]);
    // A network so large that a step needs more than plenty keeps all of it from step to step.
    const large = newBackend();
    freeUnusedBuffers(large);
    const sizes = Array.from({ length: 10 }, (_, i) => (100 + i) * MB);
    for (let step = 1; step <= 100; step++) use(large, sizes);
    expect(destroyed).toEqual([]);
  });
});
