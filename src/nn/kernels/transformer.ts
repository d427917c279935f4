/**
 * The kernels of a transformer on WebAssembly, in AssemblyScript (a subset of TypeScript that compiles to WebAssembly).
 * `bin/kernels.js` compiles this file to dist/nn/transformer.wasm. src/nn/simd/transformer.ts calls them.
 */
export { attention, attentionGradient } from "./attention";
export { norm, normGradient } from "./norm";
export { product, reluGradient, sumRows, transpose } from "./product";
export { gather, gatherAdd, scatterAdd } from "./rows";
