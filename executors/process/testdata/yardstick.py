"""The yardstick of BenchmarkCPython: a ProcessPoolExecutor of 2 workers.

Reads one command a line and answers with a line when it is done:
  pingpong N   N times: submit an int, wait for the same int
  burst N      submit N tasks that do nothing, then wait for all results
"""

import sys
from concurrent.futures import ProcessPoolExecutor


def echo(n):
    return n


def nothing():
    pass


def pingpong(pool, n):
    for i in range(n):
        if pool.submit(echo, i).result() != i:
            sys.exit("wrong result")


def burst(pool, n):
    for future in [pool.submit(nothing) for _ in range(n)]:
        future.result()


def main():
    with ProcessPoolExecutor(2) as pool:
        burst(pool, 100)
        for line in sys.stdin:
            command, n = line.split()
            {"pingpong": pingpong, "burst": burst}[command](pool, int(n))
            print("done", flush=True)


if __name__ == "__main__":
    main()
