// The driver of Node.js: see PROTOCOL.md. Its own modules alone. The same file is the main
// thread, which talks with poolbench, and each of the workers.
"use strict";

const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const { performance } = require("node:perf_hooks");

let threads = null; // where there are none the plain loop is left
try {
  threads = require("node:worker_threads");
} catch {}

// Numbers of 64 bits are two halves of 32, each as JavaScript's bitwise operators have them:
// a BigInt for each step would be most of what is timed.

const mask = (1n << 64n) - 1n;
const golden = 0x9e3779b97f4a7c15n;

function mix(z) {
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask;
  return z ^ (z >> 31n);
}

function halves(x) {
  return [Number(x >> 32n) | 0, Number(x & 0xffffffffn) | 0];
}

function seedBytes([high, low]) {
  const b = Buffer.alloc(8);
  b.writeInt32BE(high, 0);
  b.writeInt32BE(low, 4);
  return b;
}

function firstOf(bytes) {
  return [bytes.readInt32BE(0), bytes.readInt32BE(4)];
}

// Task functions: each takes one task, as it is sent to a worker, and gives its answer.

function spin({ seed, units }) {
  let [high, low] = seed;
  for (let i = 0; i < units; i++) {
    high ^= (high << 13) | (low >>> 19);
    low ^= low << 13;
    low ^= (low >>> 7) | (high << 25);
    high ^= high >>> 7;
    high ^= (high << 17) | (low >>> 15);
    low ^= low << 17;
  }
  return [high, low];
}

function montecarlo({ seed, units }) {
  let [high, low] = seed;
  let inside = 0;
  let h, l;
  // (h, l) times a constant, whose low half comes in two quarters.
  function times(constant, quarter1, quarter0) {
    const a0 = l & 0xffff;
    const a1 = l >>> 16;
    const p = a0 * quarter0;
    const middle = a0 * quarter1 + a1 * quarter0 + (p >>> 16);
    const carry = a1 * quarter1 + Math.floor(middle / 0x10000);
    h = (carry + Math.imul(h, (quarter1 << 16) | quarter0) + Math.imul(l, constant)) | 0;
    l = (middle << 16) | (p & 0xffff);
  }
  for (let i = 0; i < units; i++) {
    const sum = (low >>> 0) + 0x7f4a7c15;
    low = sum | 0;
    high = (high + 0x9e3779b9 + (sum > 0xffffffff ? 1 : 0)) | 0;
    l = low ^ ((low >>> 30) | (high << 2));
    h = high ^ (high >>> 30);
    times(0xbf58476d, 0x1ce4, 0xe5b9);
    l ^= (l >>> 27) | (h << 5);
    h ^= h >>> 27;
    times(0x94d049bb, 0x1331, 0x11eb);
    l ^= (l >>> 31) | (h << 1);
    h ^= h >>> 31;
    const x = (h >>> 0) / 0x100000000;
    const y = (l >>> 0) / 0x100000000;
    if (x * x + y * y < 1) inside++;
  }
  return [seed[0], seed[1] ^ inside];
}

const forever = new Int32Array(new SharedArrayBuffer(4));

function sleep({ wait, answer }) {
  Atomics.wait(forever, 0, 0, wait * 1000);
  return answer;
}

function tiny(task) {
  return task;
}

const buffer = Buffer.alloc(1 << 20, Buffer.from(Array.from({ length: 256 }, (_, k) => k)));

function hash({ seed, units }) {
  const h = crypto.createHash("sha256").update(seedBytes(seed));
  for (let left = units; left > 0; left -= 1024) h.update(buffer.subarray(0, Math.min(left, 1024) * 1024));
  return firstOf(h.digest());
}

const recordSize = 512;
const recordCount = 8192;
const opened = new Map(); // descriptors by path, in each thread
const page = Buffer.alloc(recordSize);

function file({ path, seed, records }) {
  let fd = opened.get(path);
  if (fd === undefined) opened.set(path, (fd = fs.openSync(path, "r")));
  let [high, low] = seed;
  for (const r of records) {
    if (fs.readSync(fd, page, 0, recordSize, r * recordSize) !== recordSize) throw new Error("a record is shorter than it should be");
    high ^= page.readInt32BE(0);
    low ^= page.readInt32BE(4);
  }
  return [high, low];
}

const functions = { spin, montecarlo, sleep, tiny, hash, file };
const kernels = ["spin", "montecarlo", "hash"];

function makeFile(name) {
  const b = Buffer.alloc(recordSize * recordCount);
  for (let r = 0; r < recordCount; r++) b.writeBigUInt64BE(mix(BigInt(r + 1)), r * recordSize);
  fs.writeFileSync(name, b);
}

// makeTasks gives the tasks of a point.
function makeTasks(point) {
  const seeds = point.seeds.map((text) => BigInt("0x" + text));
  const units = point.units;
  switch (point.workload) {
    case "sleep":
      return seeds.map((seed) => ({ wait: point.wait, answer: halves(mix(seed)) }));
    case "tiny": {
      const size = point.payload || 0;
      return seeds.map((seed) => {
        const one = seedBytes(halves(seed));
        return { seed: halves(seed), bytes: new Uint8Array(Buffer.alloc(size, one)) };
      });
    }
    case "file": {
      const name = path.join(point.dir, "records");
      if (!fs.existsSync(name)) makeFile(name);
      return seeds.map((seed) => {
        const records = [];
        for (let i = 1n; i <= BigInt(units); i++) records.push(Number(mix((seed + i * golden) & mask) % BigInt(recordCount)));
        return { path: name, seed: halves(seed), records };
      });
    }
  }
  return seeds.map((seed) => ({ seed: halves(seed), units }));
}

// answerOf is what a task gave, as a number.
function answerOf(workload, out) {
  if (workload !== "tiny") return out;
  return firstOf(crypto.createHash("sha256").update(seedBytes(out.seed)).update(out.bytes).digest());
}

// runAll runs some tasks one after the other, and times those that are to be.
function runAll(workload, tasks) {
  const f = functions[workload];
  const outs = [];
  for (const task of tasks) {
    if (!task.timed) {
      outs.push(f(task));
      continue;
    }
    const begin = performance.now();
    const out = f(task);
    outs.push({ took: performance.now() - begin, out });
  }
  return outs;
}

// Pools: one of an executor and a number of workers, for all points that have these.

class Serial {
  run(workload, tasks) {
    return runAll(workload, tasks);
  }
  close() {}
}

// Threads gives each worker that is free the next chunk of tasks.
class Threads {
  async start(count) {
    this.workers = Array.from({ length: count }, () => new threads.Worker(__filename));
    await this.run("tiny", Array.from({ length: count }, () => ({})), 1);
    return this;
  }
  run(workload, tasks, chunk) {
    return new Promise((resolve, reject) => {
      const outs = new Array(tasks.length);
      let next = 0;
      let left = tasks.length;
      const give = (worker) => {
        if (next >= tasks.length) return;
        worker.first = next;
        next = Math.min(next + chunk, tasks.length);
        worker.postMessage({ workload, tasks: tasks.slice(worker.first, next) });
      };
      for (const worker of this.workers) {
        worker.removeAllListeners();
        worker.on("error", reject);
        worker.on("exit", (code) => reject(new Error("a worker ended with code " + code)));
        worker.on("message", (got) => {
          if (got.error !== undefined) {
            reject(new Error(got.error));
            return;
          }
          for (let i = 0; i < got.length; i++) outs[worker.first + i] = got[i];
          left -= got.length;
          if (left === 0) resolve(outs);
          else give(worker);
        });
        give(worker);
      }
    });
  }
  close() {
    return Promise.all(
      this.workers.map((worker) => {
        worker.removeAllListeners();
        return worker.terminate();
      }),
    );
  }
}

function makePool(executor, workers) {
  if (executor === "node-serial") return new Serial();
  if (executor === "node-threads" && threads) return new Threads().start(workers);
  throw new Error("there is no executor " + executor);
}

function hello() {
  const all = Object.keys(functions);
  const offering = { name: "node-threads", workloads: all };
  if (!threads) offering.unavailable = "this runtime has no worker_threads";
  const name = process.release.name || "node";
  return {
    protocol: 1,
    runtime: name + "-" + process.versions.node,
    about: "Node.js " + process.versions.node + ", V8 " + process.versions.v8,
    program: process.execPath,
    executors: [{ name: "node-serial", workloads: all }, offering],
  };
}

// A task that takes less is not timed from within.
const strideMilliseconds = 0.02;

class Point {
  constructor(pool, request) {
    this.pool = pool;
    this.workload = request.workload;
    this.chunk = request.chunk || 1;
    this.tasks = makeTasks(request);
    if (this.isLong()) {
      const some = Math.max(1, Math.floor(this.tasks.length / 4));
      this.tasks.forEach((task, i) => {
        if (i % some === Math.floor(some / 2)) task.timed = true;
      });
    }
  }
  isLong() {
    if (!kernels.includes(this.workload)) return this.workload === "sleep";
    const begin = performance.now();
    functions[this.workload](this.tasks[0]);
    return performance.now() - begin > strideMilliseconds;
  }
  async run() {
    const begin = performance.now();
    let outs = this.pool.run(this.workload, this.tasks, this.chunk);
    if (outs instanceof Promise) outs = await outs;
    const elapsed = performance.now() - begin;
    let sum = 0;
    let timed = 0;
    const answers = Buffer.alloc(8 * outs.length);
    outs.forEach((out, i) => {
      if (out.took !== undefined) {
        sum += out.took;
        timed++;
        out = out.out;
      }
      const [high, low] = answerOf(this.workload, out);
      answers.writeInt32BE(high, 8 * i);
      answers.writeInt32BE(low, 8 * i + 4);
    });
    return {
      elapsed: elapsed / 1000,
      answers: crypto.createHash("sha256").update(answers).digest("hex"),
      task_sec: timed > 0 ? sum / timed / 1000 : 0,
      timed,
    };
  }
}

// The protocol.

const pools = new Map();
const points = new Map();

async function answer(request) {
  switch (request.do) {
    case "hello":
      return hello();
    case "calibrate": {
      if (!kernels.includes(request.workload)) throw new Error(request.workload + " has no kernel");
      const begin = performance.now();
      functions[request.workload]({ seed: halves(golden), units: request.units });
      return { elapsed: (performance.now() - begin) / 1000 };
    }
    case "open": {
      const key = request.executor + " " + request.workers;
      if (!pools.has(key)) pools.set(key, await makePool(request.executor, request.workers));
      if (!functions[request.workload]) throw new Error("there is no workload " + request.workload);
      points.set(request.point, new Point(pools.get(key), request));
      return {};
    }
    case "run":
      return points.get(request.point).run();
    case "close":
      points.delete(request.point);
      return {};
    case "bye":
      for (const pool of pools.values()) await pool.close();
      return {};
  }
  throw new Error("there is no request " + request.do);
}

// read reads so many bytes, or gives null at the end of the channel.
function read(size) {
  const b = Buffer.alloc(size);
  for (let have = 0; have < size; ) {
    const n = fs.readSync(3, b, have, size - have, null);
    if (n === 0) return null;
    have += n;
  }
  return b;
}

function write(b) {
  for (let done = 0; done < b.length; ) done += fs.writeSync(4, b, done);
}

async function main() {
  for (;;) {
    const head = read(4);
    if (head === null) process.exit(0); // poolbench is gone, and ends what is left
    const request = JSON.parse(read(head.readUInt32BE(0)));
    let reply;
    try {
      reply = await answer(request);
    } catch (e) {
      reply = { error: e.name + ": " + String(e.message).trim().split("\n").pop() };
    }
    const body = Buffer.from(JSON.stringify(reply));
    const frame = Buffer.alloc(4 + body.length);
    frame.writeUInt32BE(body.length, 0);
    body.copy(frame, 4);
    write(frame);
    if (request.do === "bye") process.exit(0);
  }
}

if (threads && !threads.isMainThread) {
  threads.parentPort.on("message", ({ workload, tasks }) => {
    let outs;
    try {
      outs = runAll(workload, tasks);
    } catch (e) {
      outs = { error: String(e.message) };
    }
    threads.parentPort.postMessage(outs);
  });
} else {
  main();
}
