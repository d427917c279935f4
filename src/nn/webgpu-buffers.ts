/**
 * The buffers of the webgpu backend: how their numbers are read, and when they are given back to the GPU. Both change a backend
 * that has been made, by what TensorFlow.js calls its own; the version is pinned.
 */
import { tf } from "./tf.ts";

export interface ErrorEvent {
  readonly error: { readonly message: string };
  preventDefault(): void;
}

export interface Device {
  addEventListener(type: "uncapturederror", listener: (event: ErrorEvent) => void): void;
  destroy(): void;
}

export interface Buffer {
  readonly size: number;
  readonly mapState: "unmapped" | "pending" | "mapped";
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
  destroy(): void;
}

/** Of tfjs. What is let go of is kept, free, for the next that asks for the same size and usage. */
export interface BufferManager {
  readonly freeBuffers: ReadonlyMap<string, Buffer[]>;
  numFreeBuffers: number;
  numBytesAllocated: number;
  numBytesUsed: number;
  acquireBuffer(size: number, usage: number, mapped?: boolean, reuse?: boolean): Buffer;
  releaseBuffer(buffer: Buffer): void;
}

/** What we use of tfjs's WebGPUBackend. */
export interface WebgpuBackend extends tf.KernelBackend {
  readonly tensorMap: {
    get(id: object): { values: tf.BackendValues | null; readonly dtype: tf.DataType; readonly resource: Buffer };
  };
  readonly bufferManager: BufferManager;
  readonly commandEncoder: {
    copyBufferToBuffer(from: Buffer, fromOffset: number, to: Buffer, toOffset: number, size: number): void;
  };
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

const MAP_READ = 0x1;
const COPY_DST = 0x8;
const READ = 0x1;
/** How often to look without a pause, and the milliseconds of a pause after that: a wait must not take the CPU from others. */
const EAGER_LOOKS = 50;
const PAUSE = 0.05;

/** Gives the backend reads that wait for the GPU, and that throw once anything has gone wrong on it. */
export function readNow(backend: WebgpuBackend, from: Device): void {
  let failure: string | undefined;
  from.addEventListener("uncapturederror", (event) => {
    event.preventDefault();
    // The first is the cause; the others follow from it.
    failure ??= event.error.message;
  });
  const clock = new Int32Array(new SharedArrayBuffer(4));

  const wait = (buffer: Buffer): void => {
    // Dawn schedules its next look at the GPU with the global setImmediate, which is ours while we wait.
    const { setImmediate } = globalThis;
    const looks: (() => void)[] = [];
    globalThis.setImmediate = ((look: () => void) => looks.push(look)) as unknown as typeof setImmediate;
    try {
      buffer.mapAsync(READ).catch(() => {});
      for (let look = 0; buffer.mapState === "pending"; look++) {
        if (looks.length === 0)
          throw new Error("WebGPU: Dawn does not look at the GPU any more; this is a bug in Spiral");
        for (const run of looks.splice(0)) run();
        if (look > EAGER_LOOKS) Atomics.wait(clock, 0, 0, PAUSE);
      }
    } finally {
      globalThis.setImmediate = setImmediate;
      for (const look of looks) setImmediate(look);
    }
    if (buffer.mapState !== "mapped") failure ??= "the device is lost; the driver's log may say why";
    if (failure !== undefined) throw new Error(`WebGPU: ${failure}`);
  };

  backend.readSync = (id) => {
    const data = backend.tensorMap.get(id);
    if (data.values) return data.values;
    const { resource, dtype } = data;
    const staging = backend.bufferManager.acquireBuffer(resource.size, COPY_DST | MAP_READ);
    backend.ensureCommandEncoderReady();
    backend.endComputePassEncoder();
    backend.commandEncoder.copyBufferToBuffer(resource, 0, staging, 0, resource.size);
    backend.submitQueue();
    wait(staging);
    data.values = tf.util.convertBackendValuesAndArrayBuffer(staging.getMappedRange().slice(0), dtype);
    staging.unmap();
    backend.bufferManager.releaseBuffer(staging);
    return data.values;
  };
  backend.read = async (id) => backend.readSync(id);
}

/** Bytes of free buffers that are worth a look, and for how many reads a size may go unused and keep its buffers. */
const [PLENTY, RECENT] = [256 * 2 ** 20, 32];

/** Frees the buffers of sizes that nobody has asked for in a while, once there are plenty. */
export function keepTidy(backend: WebgpuBackend): void {
  const manager = backend.bufferManager;
  const acquire = manager.acquireBuffer.bind(manager);
  const lastAsked = new Map<string, number>();
  let reads = 0;
  manager.acquireBuffer = (size, usage, ...rest) => {
    lastAsked.set(`${size}_${usage}`, reads);
    return acquire(size, usage, ...rest);
  };
  const read = backend.readSync.bind(backend);
  backend.readSync = (id) => {
    const values = read(id);
    reads += 1;
    // tfjs lets go of a buffer once the work that needs it is submitted, so that what is free may go.
    if (manager.numBytesAllocated - manager.numBytesUsed > PLENTY) free();
    return values;
  };
  const free = (): void => {
    for (const [key, buffers] of manager.freeBuffers) {
      if (reads - (lastAsked.get(key) ?? 0) < RECENT) continue;
      for (const buffer of buffers.splice(0)) {
        buffer.destroy();
        manager.numFreeBuffers -= 1;
        manager.numBytesAllocated -= buffer.size;
      }
      lastAsked.delete(key);
    }
  };
}
