"""The driver of poolbench for CPython: PROTOCOL.md says what it is asked and answers.

It needs Python 3.8 and the standard library. What an interpreter has is found out by
looking, never by its version. It runs as a module (python -c "import
poolbench_python; poolbench_python.main()"), so that worker processes and interpreters
find its task functions by their names.
"""

import asyncio
import concurrent.futures as futures
import gc
import hashlib
import importlib
import inspect
import json
import os
import platform
import queue
import struct
import sys
import threading
import time

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
clock = time.perf_counter

# Workloads: a task function takes one argument and gives its answer, a 64-bit number,
# or what Workload.answer makes one of once the clock has stopped.


def mix(z):
    z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
    return z ^ z >> 31


def first8(digest):
    return int.from_bytes(digest[:8], "big")


def spin(task):
    x, units = task
    for _ in range(units):
        x ^= (x << 13) & MASK
        x ^= x >> 7
        x ^= (x << 17) & MASK
    return x


def montecarlo(task):
    seed, units = task
    state, inside = seed, 0
    for _ in range(units):
        state = (state + GOLDEN) & MASK
        r = mix(state)
        x = (r >> 32) * (1.0 / (1 << 32))
        y = (r & 0xFFFFFFFF) * (1.0 / (1 << 32))
        if x * x + y * y < 1:
            inside += 1
    return seed ^ inside


def sleep(task):
    seed, wait = task
    time.sleep(wait)
    return mix(seed)


async def sleep_async(task):
    seed, wait = task
    await asyncio.sleep(wait)
    return mix(seed)


def tiny(task):
    return task


def tiny_answer(out):
    return first8(hashlib.sha256(out[0].to_bytes(8, "big") + out[1]).digest())


BUFFER = memoryview(bytes(range(256)) * 4096)


def hashing(task):
    seed, kib = task
    h = hashlib.sha256(seed.to_bytes(8, "big"))
    for _ in range(kib // 1024):
        h.update(BUFFER)
    h.update(BUFFER[: kib % 1024 * 1024])
    return first8(h.digest())


RECORD, RECORDS = 512, 8192
opened = {}  # descriptors by path, in each process


def make_file(path):
    with open(path, "wb") as f:
        for r in range(RECORDS):
            f.write(mix(r + 1).to_bytes(8, "big") + bytes(RECORD - 8))


def draw(seed, n):
    out = []
    for i in range(1, n + 1):
        out.append(mix((seed + i * GOLDEN) & MASK) % RECORDS)
    return out


def reading(task):
    path, answer, records = task
    fd = opened.get(path)
    if fd is None:
        fd = opened.setdefault(path, os.open(path, os.O_RDONLY))
    for r in records:
        answer ^= int.from_bytes(os.pread(fd, RECORD, r * RECORD)[:8], "big")
    return answer


# sqlquery: each task is a query that looks at all rows, and, as a task of its own once
# that is answered, a chain of spin that begins with the seed ^ the sum that was found.
ROWS, CLASSES = 20000, 97
connections = threading.local()  # one of each thread


def make_database(path):
    import sqlite3

    db = sqlite3.connect(path)
    with db:
        db.execute("CREATE TABLE t (k INTEGER PRIMARY KEY, v INTEGER)")
        db.executemany("INSERT INTO t VALUES (?, ?)", ((k, mix(k + 1) & 0xFFFFFF) for k in range(ROWS)))
    db.close()


def query(task):
    path, seed, units = task
    db = getattr(connections, "db", None)
    if db is None or connections.path != path:
        import sqlite3

        db = connections.db = sqlite3.connect(path)
        connections.path = path
    (found,) = db.execute("SELECT sum(v) FROM t WHERE v % ? = ?", (CLASSES, seed % CLASSES)).fetchone()
    return (seed ^ found) or GOLDEN, units


def same(answer):
    return answer


class Workload:
    """What to do for a workload: make(point) gives the arguments of the tasks."""

    def __init__(self, function, make, answer=same, asynchronous=None, then=None):
        self.function, self.make, self.answer = function, make, answer
        self.asynchronous = asynchronous  # the same for an event loop
        self.then = then  # a second task, of what the first one gave


def with_units(point):
    return [(seed, point["units"]) for seed in point["seeds"]]


def with_payload(point):
    size = point.get("payload", 0)
    return [(seed, (seed.to_bytes(8, "big") * (size // 8 + 1))[:size]) for seed in point["seeds"]]


def with_file(point):
    path = os.path.join(point["dir"], "records")
    if not os.path.exists(path):
        make_file(path)
    return [(path, seed, draw(seed, point["units"])) for seed in point["seeds"]]


def with_database(point):
    path = os.path.join(point["dir"], "rows.db")
    if not os.path.exists(path):
        make_database(path)
    return [(path, seed, point["units"]) for seed in point["seeds"]]


WORKLOADS = {
    "spin": Workload(spin, with_units),
    "montecarlo": Workload(montecarlo, with_units),
    "sleep": Workload(sleep, lambda p: [(seed, p["wait"]) for seed in p["seeds"]], asynchronous=sleep_async),
    "tiny": Workload(tiny, with_payload, tiny_answer),
    "hash": Workload(hashing, with_units),
    "file": Workload(reading, with_file),
    "sqlquery": Workload(query, with_database, then=spin),
}
KERNELS = {"spin": spin, "montecarlo": montecarlo, "hash": hashing, "sqlquery": spin}


def calibrate(workload, units):
    return took(lambda: KERNELS[workload]((GOLDEN, units)))


def took(function):
    begin = clock()
    function()
    return clock() - begin


# Tasks that are timed from within. Which ones is not left to the task function.


class Timed:
    def __init__(self, function):
        self.function = function

    def __call__(self, task):
        begin = clock()
        out = self.function(task)
        return Took(clock() - begin, out)


class Took:
    def __init__(self, seconds, out):
        self.seconds, self.out = seconds, out


def apply(function, task):
    return function(task)


def apply_all(function, tasks):
    return [function(task) for task in tasks]


def apply_each(functions, tasks):
    return [function(task) for function, task in zip(functions, tasks)]


# Pools: one of an executor, workers and start method, for all points that have these.


def whoami(_):
    time.sleep(0.01)  # long enough for others to come and take one, too
    return os.getpid(), threading.get_ident()


class Pool:
    """A pool of concurrent.futures whose workers stand ready."""

    def __init__(self, pool, workers, chunks_itself=False):
        self.pool, self.workers, self.chunks_itself = pool, workers, chunks_itself
        seen, until = set(), clock() + 60
        while len(seen) < workers:
            if clock() > until:
                raise RuntimeError("only %d of %d workers were there after a minute" % (len(seen), workers))
            seen.update(pool.map(whoami, range(workers)))

    def prepare(self, functions, tasks, chunk):
        """Gives a function that runs all tasks, of the functions for each, or of one."""
        each = isinstance(functions, list)
        if chunk == 1 or self.chunks_itself:
            if each:
                return lambda: list(self.pool.map(apply, functions, tasks, chunksize=chunk))
            return lambda: list(self.pool.map(functions, tasks, chunksize=chunk))
        starts = range(0, len(tasks), chunk)
        parts = [tasks[i : i + chunk] for i in starts]
        whats = [functions[i : i + chunk] if each else functions for i in starts]

        def run():
            out = []
            for part in self.pool.map(apply_each if each else apply_all, whats, parts):
                out.extend(part)
            return out

        return run

    def prepare_two(self, first, then, tasks):
        """The same where each task has a second one, of what it gave. It keeps ahead by more
        first ones than there are workers, so that tasks of both are under way at once."""
        n, ahead = len(tasks), 2 * self.workers + 2

        def run():
            submit, firsts, seconds = self.pool.submit, [], []
            for i in range(n):
                while len(firsts) < min(i + ahead, n):
                    firsts.append(submit(first, tasks[len(firsts)]))
                seconds.append(submit(then, firsts[i].result()))
            return [f.result() for f in seconds]

        return run

    def close(self):
        self.pool.shutdown()


class Serial:
    """The plain loop."""

    def prepare(self, functions, tasks, chunk):
        if isinstance(functions, list):
            return lambda: apply_each(functions, tasks)
        return lambda: apply_all(functions, tasks)

    def prepare_two(self, first, then, tasks):
        return lambda: [then(first(task)) for task in tasks]

    def close(self):
        pass


class Loop:
    """An event loop in which so many coroutines take tasks."""

    def __init__(self, workers):
        self.loop, self.workers = asyncio.new_event_loop(), workers

    def prepare(self, function, tasks, chunk):
        async def worker(numbered, out):
            for i, task in numbered:
                out[i] = await function(task)

        async def all_of_them():
            out, numbered = [None] * len(tasks), iter(enumerate(tasks))
            await asyncio.gather(*[worker(numbered, out) for _ in range(self.workers)])
            return out

        return lambda: self.loop.run_until_complete(all_of_them())

    def close(self):
        self.loop.close()


def start_methods():
    """Those of processes, the usual one first; an error where there are none."""
    import multiprocessing
    import multiprocessing.synchronize  # not everywhere

    there = multiprocessing.get_all_start_methods()
    return [m for m in ("forkserver", "fork", "spawn") if m in there]


def make_executor(executor, workers, start):
    if executor == "python-threads":
        return futures.ThreadPoolExecutor(workers)
    if executor == "python-interpreters":
        return futures.InterpreterPoolExecutor(workers)
    if executor == "python-processes":
        import multiprocessing

        context = multiprocessing.get_context(start or start_methods()[0])
        return futures.ProcessPoolExecutor(workers, mp_context=context)
    raise ValueError("there is no executor " + executor)


def make_pool(executor, workers, start):
    if executor == "python-serial":
        return Serial()
    if executor == "python-asyncio":
        return Loop(workers)
    return Pool(make_executor(executor, workers, start), workers, chunks_itself=executor == "python-processes")


def offerings():
    every = list(WORKLOADS) + ["function"]
    try:
        import sqlite3
    except ImportError:
        every.remove("sqlquery")
    pools = every + ["faults"]
    processes = {"name": "python-processes", "workloads": pools}
    try:
        processes["starts"] = start_methods()
        if "mp_context" not in inspect.signature(futures.ProcessPoolExecutor).parameters:
            processes["unavailable"] = "its ProcessPoolExecutor cannot be told how to start processes"
    except (ImportError, OSError) as e:
        processes["unavailable"] = "this interpreter has no multiprocessing: %s" % e
    interpreters = {"name": "python-interpreters", "workloads": pools}
    if not hasattr(futures, "InterpreterPoolExecutor"):
        interpreters["unavailable"] = "this interpreter has no concurrent.futures.InterpreterPoolExecutor"
    return [
        {"name": "python-serial", "workloads": every},
        {"name": "python-threads", "workloads": pools},
        processes,
        interpreters,
        {"name": "python-asyncio", "workloads": [name for name, w in WORKLOADS.items() if w.asynchronous]},
    ]


def hello():
    version = platform.python_version()
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    implementation = platform.python_implementation()
    return {
        "protocol": 1,
        "runtime": implementation.lower() + "-" + version + ("" if gil else "t"),
        "about": "%s %s, %s the GIL" % (implementation, version, "with" if gil else "without"),
        "program": sys.executable,  # what was started may be a script that looks for it
        "executors": offerings(),
    }


# Points.

# What json makes of it, sooner.
RAN = '{"elapsed": %r, "answers": "%s", "task_sec": %r, "timed": %d}'
STRIDE_SECONDS = 20e-6  # of tasks that take less none is timed from within


class Point:
    """A workload on a pool."""

    def __init__(self, pool, point):
        self.workload, self.timed = WORKLOADS[point["workload"]], False
        self.pack = struct.Struct(">%dQ" % len(point["seeds"])).pack
        point["seeds"] = [int(seed, 16) for seed in point["seeds"]]
        tasks, chunk = self.workload.make(point), point.get("chunk", 1)
        function = self.workload.function
        if isinstance(pool, Loop):
            function = self.workload.asynchronous
            if function is None:
                raise ValueError("an event loop cannot run " + point["workload"])
        self.parts = ()
        if self.workload.then:
            self.run_all = pool.prepare_two(function, self.workload.then, tasks)
            found = [function(task) for task in tasks]
            self.parts = pool.prepare(function, tasks, 1), pool.prepare(self.workload.then, found, 1)
            return
        if not isinstance(pool, Loop) and self.is_long(function, tasks, point):
            some = max(1, len(tasks) // 4)
            self.timed, timed = True, Timed(function)
            function = [timed if i % some == some // 2 else function for i in range(len(tasks))]
        self.run_all = pool.prepare(function, tasks, chunk)

    @staticmethod
    def is_long(function, tasks, point):
        if point["workload"] not in KERNELS:
            return point["workload"] == "sleep"
        begin = clock()
        function(tasks[0])
        return clock() - begin > STRIDE_SECONDS

    def run(self, request, has_ended):
        begin = clock()
        outs = self.run_all()
        elapsed = clock() - begin
        if not self.parts:
            has_ended()
        seconds = []
        if self.timed:
            seconds = [out.seconds for out in outs if type(out) is Took]
            outs = [out.out if type(out) is Took else out for out in outs]
        if self.workload.answer is not same:
            outs = [self.workload.answer(out) for out in outs]
        answers = hashlib.sha256(self.pack(*outs)).hexdigest()
        if self.parts:
            wait, cpu = [took(part) for part in self.parts]
            return {"elapsed": elapsed, "answers": answers, "wait_part_sec": wait, "cpu_part_sec": cpu}
        mean = sum(seconds) / len(seconds) if seconds else 0
        return RAN % (elapsed, answers, mean, len(seconds))


class Missing(Exception):
    """There is no such function."""


def find(module, name):
    try:
        found = importlib.import_module(module)
    except ModuleNotFoundError as e:
        if e.name and (module + ".").startswith(e.name + "."):
            raise Missing("there is no module " + e.name) from e
        raise  # it is there, and lacks another one
    for part in name.split("."):
        if not hasattr(found, part):
            raise Missing("there is no %s in %s" % (name, module))
        found = getattr(found, part)
    return found


class Function:
    """Somebody's own function on a pool, once for each of its inputs, so many times."""

    def __init__(self, pool, point):
        asked = point["function"]
        self.pool, self.chunk, self.times = pool, point.get("chunk", 1), asked.get("times", 1)
        self.function = find(asked["module"], asked["name"])
        with open(asked["inputs"], encoding="utf-8") as f:
            self.lines = [line for line in f if line.strip()]

    def run(self, request, has_ended):
        calls = len(self.lines) * self.times
        more = request.get("more", 0)
        # Made anew each time: the function may change what it is given.
        inputs = [json.loads(self.lines[i % len(self.lines)]) for i in range(calls + more)]
        run_all = self.pool.prepare(self.function, inputs, self.chunk)
        begin = clock()
        outs = run_all()
        elapsed = clock() - begin
        answers = hashlib.sha256()
        for out in outs[:calls]:
            answers.update(json.dumps(out, sort_keys=True, default=repr).encode() + b"\n")
        return {"elapsed": elapsed, "answers": answers.hexdigest()}


# Faults: tasks that wait, and others that raise, end their process or never end. A task at
# fault writes when that is into a file of its own, in nanoseconds of the wall clock.


class Panic(BaseException):
    """What no "except Exception" catches."""


def faulty(task):
    number, fault, stamps, wait = task
    begin = time.time_ns()
    if not fault:
        time.sleep(wait)
        return number, begin, time.time_ns()
    with open(os.path.join(stamps, str(number)), "w") as f:
        f.write(str(time.time_ns()))
    if fault == "panic":
        raise Panic("a fault, as planned")
    if fault == "exit":
        os._exit(3)
    while fault == "hang" and not os.path.exists(os.path.join(stamps, "over")):
        time.sleep(0.01)
    raise RuntimeError("a fault, as planned")


def fired(stamps, number):
    try:
        with open(os.path.join(stamps, str(number))) as f:
            return int(f.read())
    except (OSError, ValueError):
        return None


class Faults:
    """A job with faults on a pool, which is made anew when it breaks."""

    def __init__(self, point):
        self.point, self.pool = point, None
        self.faulty = set(point["faulty"])
        # All workers are threads of this process, which a task that ends it ends.
        self.dies = point["fault"] == "exit" and point["executor"] != "python-processes"

    def make(self):
        p = self.point
        return make_executor(p["executor"], p["workers"], p.get("start", ""))

    def run(self, request, has_ended):
        self.stamps, self.noticed, self.lost, self.spans = request["stamps"], {}, set(), {}
        if self.pool is None and not self.dies:
            self.pool = Pool(self.make(), self.point["workers"]).pool
        begin = clock()
        try:
            if self.dies:
                self.alone()
            else:
                while self.go():
                    self.pool.shutdown()
                    self.pool = self.make()
            elapsed = clock() - begin
        finally:
            open(os.path.join(self.stamps, "over"), "w").close()
        if self.point["fault"] == "hang":
            self.pool.shutdown()
            self.pool = None
        reply = {"elapsed": elapsed, "lost": len(self.lost)}
        if self.noticed:
            reply["notice_sec"] = sum(self.noticed.values()) / len(self.noticed) / 1e9
        full = [self.full_after(fired(self.stamps, n)) for n in self.faulty]
        full = [after for after in full if after is not None]
        if full:
            reply["recovery_sec"] = sum(full) / len(full) / 1e9
        return reply

    def go(self):
        """Runs what is left; true when it has to go on with another pool."""
        ended, handed, broken = queue.Queue(), {}, False
        left = [n for n in range(self.point["tasks"]) if n not in self.noticed and n not in self.spans]
        try:
            for n in left:
                fault = self.point["fault"] if n in self.faulty else ""
                handed[n] = self.pool.submit(faulty, (n, fault, self.stamps, self.point["wait"]))
        except futures.BrokenExecutor:
            if not handed:
                raise  # one that has just been made
            broken = True
        for n, future in handed.items():
            future.add_done_callback(lambda _, n=n: ended.put((n, time.time_ns())))
        for _ in handed:
            try:
                n, at = ended.get(timeout=self.point["patience"])
            except queue.Empty:
                self.lost.update(n for n in handed if n not in self.faulty and n not in self.spans)
                for future in handed.values():
                    future.cancel()
                return False
            error = handed[n].exception()
            if n in self.faulty:
                if error is None:
                    raise RuntimeError("task %d is at fault and ended without an error" % n)
                stamp = fired(self.stamps, n)
                if stamp is not None:
                    self.noticed[n] = at - stamp
            elif error is not None:
                self.lost.add(n)
                broken = True
            else:
                number, begin, end = handed[n].result()
                if number != n:
                    raise RuntimeError("task %d has the result of task %d" % (n, number))
                self.spans[n] = begin, end
        return broken

    def alone(self):
        """The job in a process of its own, which does not survive it."""
        child = os.fork()
        if child == 0:
            self.dies, self.pool = False, self.make()
            self.go()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        at = time.time_ns()
        if status == 0:
            raise RuntimeError("the program lives on after a task that ends it")
        self.lost = set(range(self.point["tasks"])) - self.faulty
        for n in self.faulty:
            stamp = fired(self.stamps, n)
            if stamp is not None:
                self.noticed[n] = at - stamp

    def full_after(self, at):
        """Nanoseconds until a task began with which all workers were busy."""
        if at is None:
            return None
        for begin in sorted(begin for begin, _ in self.spans.values() if begin >= at):
            running = sum(b <= begin < e for b, e in self.spans.values())
            if running >= self.point["workers"]:
                return begin - at
        return None

    def close(self):
        if self.pool is not None:
            self.pool.shutdown()


# The protocol.

PROMISED = 1024  # bytes of a reply whose head is sent before it is known
HEAD = PROMISED.to_bytes(4, "big")


class Driver:
    def __init__(self):
        self.pools, self.points = {}, {}
        self.promised = False  # the head of the reply has been sent

    def has_ended(self):
        """Tells that the work is done: the answers are looked at while poolbench knows it."""
        os.write(4, HEAD)
        self.promised = True

    def answer(self, request):
        do = request["do"]
        if do == "hello":
            return hello()
        if do == "calibrate":
            return {"elapsed": calibrate(request["workload"], request["units"])}
        if do == "open":
            key = request["executor"], request["workers"], request.get("start", "")
            if request["workload"] == "faults":
                self.points[request["point"]] = Faults(request)
                return {}
            if key not in self.pools:
                self.pools[key] = make_pool(*key)
            kind = Function if request["workload"] == "function" else Point
            self.points[request["point"]] = kind(self.pools[key], request)
            gc.collect()
            if hasattr(gc, "freeze"):
                gc.freeze()  # what stands ready is not looked at again in every collection
            return {}
        if do == "run":
            return self.points[request["point"]].run(request, self.has_ended)
        if do == "close":
            self.points.pop(request["point"], None)
            return {}
        if do == "bye":
            for pool in self.pools.values():
                pool.close()
            for point in self.points.values():
                if isinstance(point, Faults):
                    point.close()
            return {}
        raise ValueError("there is no request " + do)


def sentence(error):
    if isinstance(error, Missing):
        return str(error)
    words = str(error).strip().splitlines()
    return "%s: %s" % (type(error).__name__, words[-1] if words else "it says no more")


def main():
    for fd in (3, 4):
        os.set_inheritable(fd, False)
    if "" not in sys.path:
        sys.path.insert(0, "")  # where PYTHONSAFEPATH has left the current directory out
    requests = open(3, "rb")
    driver, runs = Driver(), {}
    while True:
        head = requests.read(4)
        if len(head) < 4:
            os._exit(0)  # poolbench is gone, and ends what is left
        asked = requests.read(int.from_bytes(head, "big"))
        request = runs.get(asked) or json.loads(asked)
        try:
            reply = driver.answer(request)
        except (Exception, SystemExit) as e:
            what = sentence(e)[:150] if driver.promised else sentence(e)  # it must fit
            reply = {"error": what, "missing": isinstance(e, Missing)}
        body = (reply if type(reply) is str else json.dumps(reply)).encode()
        if driver.promised:
            driver.promised, frame = False, body.ljust(PROMISED)
        else:
            frame = len(body).to_bytes(4, "big") + body
        while frame:
            frame = frame[os.write(4, frame) :]
        if request["do"] == "run":
            runs[asked] = request  # it will come again, and is to begin soon then
        elif request["do"] == "close":
            runs.clear()
        elif request["do"] == "bye":
            return


if __name__ == "__main__":
    main()
