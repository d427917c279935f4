// `npm run native-tensorflow`: builds TensorFlow's native backend for `--backend node`, or with `--gpu` for `--backend cuda`.
//
// The packages' own install downloads libtensorflow 2.9.1, which is of 2022 and wants CUDA 11.2. TensorFlow's Python wheel
// holds a newer one, with the same C interface: this script takes the library and its headers out of the wheel, compiles the
// package's own binding against them, and puts all of it in `.native/`, where src/nn/backends/native.ts looks and `npm install` does
// not tidy up:
//
//   .native/node/node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node    compiled here
//                                                   deps/lib/libtensorflow_*.so.2    out of the wheel
//                                                   deps/nvidia/                     CUDA, with --gpu
//                            /@tensorflow/tfjs/     stands for the whole of TensorFlow.js: Spiral's own tfjs-core
//                            /google-protobuf/
//
// It is built beside its place and renamed once it has computed something, so that it is whole or not there.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** The newest that prints nothing at its start; 2.21.0 works too, and does. */
const TENSORFLOW = "2.20.0";
const TFJS = "4.22.0";
const PROTOBUF = "3.21.4";
const NODE_HEADERS = "1.9.0";
/** The version of Node's interface for addons; every Node that Spiral runs on has it. */
const NAPI = 8;

/** What TensorFlow's extra `and-cuda` asks for, in the versions that it was built with. */
const CUDA = `
  nvidia-cublas-cu12==12.5.3.2 nvidia-cuda-cupti-cu12==12.5.82 nvidia-cuda-nvcc-cu12==12.5.82
  nvidia-cuda-nvrtc-cu12==12.5.82 nvidia-cuda-runtime-cu12==12.5.82 nvidia-cudnn-cu12==9.3.0.75
  nvidia-cufft-cu12==11.2.3.61 nvidia-curand-cu12==10.3.6.82 nvidia-cusolver-cu12==11.6.3.83
  nvidia-cusparse-cu12==12.5.1.3 nvidia-nccl-cu12==2.25.1 nvidia-nvjitlink-cu12==12.5.82`
  .trim()
  .split(/\s+/);

const root = fileURLToPath(new URL("..", import.meta.url));

const usage = `Usage: npm run native-tensorflow [-- options]

Builds TensorFlow's native backend into .native/: ${TENSORFLOW}, out of its Python wheel. What is there already is only checked.

  --gpu          for NVIDIA GPUs (--backend cuda), with NVIDIA's libraries
  --system-cuda  with --gpu: downloads none of them, as the system has CUDA 12 and cuDNN 9
  --clean        removes what was built, and stops
  --help
`;

/** What a person can mend: told on stderr, without a stack. Exit 1, or 2 where the command is wrong. */
class Problem extends Error {
  exitCode = 1;
}

try {
  main();
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = error.exitCode;
}

function main() {
  const { gpu, clean, help, "system-cuda": systemCuda } = options();
  if (help) return say(usage);
  const name = gpu ? "cuda" : "node";
  const tfjs = gpu ? "@tensorflow/tfjs-node-gpu" : "@tensorflow/tfjs-node";
  const place = join(root, ".native", name);
  const partial = `${place}.partial`;
  if (clean) {
    for (const folder of [place, partial]) rmSync(folder, { recursive: true, force: true });
    return say(`Removed .native/${name}.`);
  }
  if (existsSync(place)) {
    say(`.native/${name} is there already; npm run native-tensorflow -- --clean${gpu ? " --gpu" : ""} removes it.`);
    return say(verify(place, tfjs));
  }
  const compiler = findCompiler();
  rmSync(partial, { recursive: true, force: true });
  try {
    unpackPackages(partial, tfjs);
    unpackTensorFlow(partial, tfjs, { gpu, nvidia: gpu && !systemCuda });
    compile(partial, tfjs, compiler);
    for (const scratch of ["downloads", "include"]) rmSync(join(partial, scratch), { recursive: true, force: true });
    const verified = verify(partial, tfjs);
    renameSync(partial, place);
    say(verified);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

function options() {
  const flag = { type: "boolean", default: false };
  try {
    const { values } = parseArgs({ options: { gpu: flag, "system-cuda": flag, clean: flag, help: flag } });
    if (values["system-cuda"] && !values.gpu) throw new Error("--system-cuda goes with --gpu");
    return values;
  } catch (error) {
    throw Object.assign(new Problem(`${error.message}\n\n${usage}`), { exitCode: 2 });
  }
}

/** → the C++ compiler. Throws what the machine lacks, all at once. */
function findCompiler() {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Problem(
      `this script knows TensorFlow's wheels for Linux on x64 only, not ${process.platform} on ${process.arch}. ` +
        `There, npm install --no-save @tensorflow/tfjs-node@${TFJS} may do`,
    );
  }
  const works = (command, ...args) => spawnSync(command, args).status === 0;
  const compiler = [process.env.CXX, "c++", "g++", "clang++"].find((name) => name && works(name, "--version"));
  const missing = [
    works("python3", "-m", "pip", "--version") ? "" : "python3 with pip (on Debian: apt install python3-pip)",
    compiler ? "" : "a C++ compiler (on Debian: apt install g++)",
    works("tar", "--version") ? "" : "tar",
    works("npm", "--version") ? "" : "npm",
  ].filter(Boolean);
  if (missing.length > 0) throw new Problem(`this needs ${missing.join(", and ")}`);
  return compiler;
}

/** The package as npm has it, and of what it needs the two that its backend uses. */
function unpackPackages(partial, tfjs) {
  const modules = join(partial, "node_modules");
  for (const [name, version] of [
    [tfjs, TFJS],
    ["google-protobuf", PROTOBUF],
  ]) {
    say(`npm package: ${name} ${version}`);
    unpackNpm(partial, `${name}@${version}`, join(modules, name));
  }
  const whole = join(modules, "@tensorflow/tfjs");
  mkdirSync(whole);
  const manifest = { name: "@tensorflow/tfjs", version: TFJS, main: "index.js" };
  writeFileSync(join(whole, "package.json"), `${JSON.stringify(manifest)}\n`);
  const code = `// The backend asks for the whole of TensorFlow.js and uses its core alone: Spiral's, so that there is no second one.
module.exports = require("@tensorflow/tfjs-core");
`;
  writeFileSync(join(whole, "index.js"), code);
}

function unpackNpm(partial, spec, folder) {
  const downloads = join(partial, "downloads");
  mkdirSync(downloads, { recursive: true });
  mkdirSync(folder, { recursive: true });
  const packed = run("npm", ["pack", "--silent", "--pack-destination", downloads, spec], `npm cannot fetch ${spec}`);
  run("tar", ["xzf", join(downloads, packed.trim()), "-C", folder, "--strip-components=1"], `cannot unpack ${spec}`);
}

/** libtensorflow and its headers out of the wheel, and CUDA's libraries out of theirs. */
function unpackTensorFlow(partial, tfjs, { gpu, nvidia }) {
  const deps = join(partial, "node_modules", tfjs, "deps");
  const wheel = `${gpu ? "tensorflow" : "tensorflow-cpu"}==${TENSORFLOW}`;
  withWheel(partial, wheel, (file) => {
    unzip(file, join(partial, "include"), "tensorflow/include/", "tensorflow/include/");
    unzip(file, join(deps, "lib"), "tensorflow/libtensorflow_", "tensorflow/");
  });
  // As the linker looks for them.
  symlinkSync("libtensorflow_cc.so.2", join(deps, "lib/libtensorflow.so"));
  symlinkSync("libtensorflow_framework.so.2", join(deps, "lib/libtensorflow_framework.so"));
  // libtensorflow looks for them in ../nvidia, as they lie in Python's site-packages.
  for (const requirement of nvidia ? CUDA : []) {
    withWheel(partial, requirement, (file) => unzip(file, join(deps, "nvidia"), "nvidia/", "nvidia/"));
  }
}

/** Downloads a wheel, uses it, and removes it. Its Python does not matter: only what is compiled from C++ is used. */
function withWheel(partial, requirement, use) {
  say(`Python wheel: ${requirement}`);
  const into = join(partial, "downloads", requirement);
  const platforms = ["manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux1_x86_64"];
  const which = ["--only-binary=:all:", "--implementation=cp", "--python-version=3.11", "--abi=cp311", "--abi=none"];
  const args = ["-m", "pip", "download", "--quiet", "--no-deps", ...which, "--dest", into, requirement];
  run("python3", [...args, ...platforms.map((name) => `--platform=${name}`)], `pip cannot fetch ${requirement}`);
  use(join(into, readdirSync(into)[0]));
  rmSync(into, { recursive: true });
}

/** Unpacks the files of a wheel that begin with `prefix` into `folder`, without `strip` before their names. */
function unzip(wheel, folder, prefix, strip) {
  const program = `
import os, shutil, sys, zipfile
wheel, folder, prefix, strip = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if not name.startswith(prefix) or name.endswith("/"): continue
        path = os.path.join(folder, name[len(strip):])
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with archive.open(name) as source, open(path, "wb") as target: shutil.copyfileobj(source, target, 1 << 20)
`;
  run("python3", ["-c", program, wheel, folder, prefix, strip], `cannot unpack ${wheel}`);
}

/** One call of the compiler, on the package's own two source files. */
function compile(partial, tfjs, compiler) {
  say(`Compiling the binding with ${compiler}`);
  const folder = join(partial, "node_modules", tfjs);
  const out = join(folder, `lib/napi-v${NAPI}`);
  mkdirSync(out, { recursive: true });
  // With its library's place relative to its own, so that it is found without LD_LIBRARY_PATH.
  const flags = `-shared -fPIC -O2 -std=c++17 -DNAPI_VERSION=${NAPI} -Wl,-rpath,$ORIGIN/../../deps/lib`.split(" ");
  const includes = [`-I${nodeHeaders(partial)}`, `-I${join(partial, "include")}`];
  const sources = ["tfjs_backend.cc", "tfjs_binding.cc"].map((file) => join(folder, "binding", file));
  const libraries = [`-L${join(folder, "deps/lib")}`, "-ltensorflow", "-ltensorflow_framework"];
  const args = [...flags, ...includes, ...sources, ...libraries, "-o", join(out, "tfjs_binding.node")];
  run(compiler, args, "the binding does not compile");
}

/** node_api.h lies beside most Nodes; npm has it for the others. */
function nodeHeaders(partial) {
  const beside = join(dirname(process.execPath), "../include/node");
  if (existsSync(join(beside, "node_api.h"))) return beside;
  const folder = join(partial, "downloads/node-api-headers");
  unpackNpm(partial, `node-api-headers@${NODE_HEADERS}`, folder);
  return join(folder, "include");
}

/** Loads what was built in a process of its own; a product and its gradient must come out right. → what to say of it */
function verify(place, tfjs) {
  const program = `
const { createRequire } = require("node:module");
const util = require("node:util");
for (const [key, f] of Object.entries({ isArray: Array.isArray, isNullOrUndefined: (x) => x == null })) {
  Object.defineProperty(util, key, { value: f });
}
const load = createRequire(${JSON.stringify(join(place, "node_modules/x.js"))});
const tf = load("@tensorflow/tfjs");
const binding = load("${tfjs}/lib/napi-v${NAPI}/tfjs_binding.node");
const { NodeJSKernelBackend } = load("${tfjs}/dist/nodejs_kernel_backend.js");
load("${tfjs}/dist/register_all_kernels.js");
tf.registerBackend("tensorflow", () => new NodeJSKernelBackend(binding, "${tfjs}"));
tf.setBackend("tensorflow");
const x = tf.tensor2d([1, -2, 3, 4], [2, 2]);
const h = tf.relu(tf.matMul(x, tf.tensor2d([1, 1], [2, 1])));
const [loss, gradient] = [tf.sum(tf.square(h)), tf.matMul(x, tf.mul(h, 2), true)];
console.log(JSON.stringify([binding.TF_Version, binding.isUsingGpuDevice(), ...loss.dataSync(), ...gradient.dataSync()]));
`;
  const env = { TF_CPP_MIN_LOG_LEVEL: "3", ...process.env };
  const failure = "what was built does not load";
  const [version, onGpu, ...computed] = JSON.parse(run(process.execPath, ["-e", program], failure, { env }));
  if (String(computed) !== "49,42,56") throw new Problem(`what was built computes ${computed} where 49,42,56 is right`);
  if (!tfjs.endsWith("-gpu")) return `TensorFlow ${version} works: spiral train --backend node`;
  if (onGpu) return `TensorFlow ${version} works on the GPU: spiral train --backend cuda`;
  return (
    `TensorFlow ${version} loads, but finds no GPU that it can use here, and without one --backend cuda does not run. ` +
    "TF_CPP_MIN_LOG_LEVEL=0 makes it say why."
  );
}

/** → stdout. Throws what it printed on stderr where it fails. */
function run(command, args, failure, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    ...options,
  });
  if (status === 0) return stdout;
  const why = (stderr || stdout || String(error ?? "")).trim().split("\n").slice(-20).join("\n");
  throw new Problem(`${failure}:\n${why}`);
}

function say(line) {
  process.stdout.write(`${line.trimEnd()}\n`);
}
