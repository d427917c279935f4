/**
 * Buffers of the webgpu backend: how their numbers are read, and when their memory is freed. Both functions change a backend
 * object through private members of TensorFlow.js, whose version is pinned.
 */
import { tf } from "../tf.ts";

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

/** tfjs's manager. It keeps a released buffer for the next request of the same size and usage. */
export interface BufferManager {
  readonly freeBuffers: ReadonlyMap<string, Buffer[]>;
  numFreeBuffers: number;
  numBytesAllocated: number;
  numBytesUsed: number;
  acquireBuffer(size: number, usage: number, mapped?: boolean, reuse?: boolean): Buffer;
  releaseBuffer(buffer: Buffer): void;
}

/** The part of tfjs's WebGPUBackend that is used here. */
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
/** Polls without a pause. After them, a wait pauses between polls, so that it leaves the CPU to other threads. */
const EAGER_POLLS = 50;
const PAUSE_MS = 0.05;

/** Makes the backend's reads wait for the GPU, and throw an Error after any error of the GPU. */
export function readSynchronously(backend: WebgpuBackend, device: Device): void {
  let failure: string | undefined;
  device.addEventListener("uncapturederror", (event) => {
    event.preventDefault();
    // The first error is the cause of the others.
    failure ??= event.error.message;
  });
  const clock = new Int32Array(new SharedArrayBuffer(4));

  const wait = (buffer: Buffer): void => {
    // Dawn polls the GPU from callbacks of the global setImmediate. A wait replaces it and runs the callbacks itself.
    const { setImmediate } = globalThis;
    const polls: (() => void)[] = [];
    globalThis.setImmediate = ((poll: () => void) => polls.push(poll)) as unknown as typeof setImmediate;
    try {
      buffer.mapAsync(READ).catch(() => {});
      for (let count = 0; buffer.mapState === "pending"; count++) {
        if (polls.length === 0)
          throw new Error("WebGPU: Dawn does not look at the GPU any more; this is a bug in Spiral");
        for (const poll of polls.splice(0)) poll();
        if (count > EAGER_POLLS) Atomics.wait(clock, 0, 0, PAUSE_MS);
      }
    } finally {
      globalThis.setImmediate = setImmediate;
      for (const poll of polls) setImmediate(poll);
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

/** Bytes of free buffers that are always kept, and the number of reads after which an unused size is freed. */
const [MAX_FREE_BYTES, MAX_UNUSED_READS] = [256 * 2 ** 20, 32];

/** Makes the backend free the buffers of sizes that it no longer uses, once its free buffers take more than 256 MB. */
export function freeUnusedBuffers(backend: WebgpuBackend): void {
  const manager = backend.bufferManager;
  const acquire = manager.acquireBuffer.bind(manager);
  const lastRequest = new Map<string, number>();
  let reads = 0;
  manager.acquireBuffer = (size, usage, ...rest) => {
    lastRequest.set(`${size}_${usage}`, reads);
    return acquire(size, usage, ...rest);
  };
  const read = backend.readSync.bind(backend);
  backend.readSync = (id) => {
    const values = read(id);
    reads += 1;
    // tfjs releases a buffer only after the work that needs it was submitted, so free buffers can be destroyed.
    if (manager.numBytesAllocated - manager.numBytesUsed > MAX_FREE_BYTES) free();
    return values;
  };
  const free = (): void => {
    for (const [key, buffers] of manager.freeBuffers) {
      if (reads - (lastRequest.get(key) ?? 0) < MAX_UNUSED_READS) continue;
      for (const buffer of buffers.splice(0)) {
        buffer.destroy();
        manager.numFreeBuffers -= 1;
        manager.numBytesAllocated -= buffer.size;
      }
      lastRequest.delete(key);
    }
  };
}
