//go:build unix

package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// program is a program of a server's packages.
func program(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	if found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name); len(found) > 0 {
		return slices.Max(found), nil
	}
	return "", errMissing(name + " is not installed")
}

// daemon starts a program that runs until all tests have ended.
func daemon(as *syscall.Credential, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	cmd.Dir = "/"
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		return err
	}
	ends = append(ends, func() {
		cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			fmt.Printf("%s: %v\n%s", name, err, output.Bytes())
		}
	})
	return nil
}

// directory is one that is removed last.
func directory() (string, error) {
	dir, err := os.MkdirTemp("", "pb") // short, as names of sockets must be
	ends = append(ends, func() { os.RemoveAll(dir) })
	return dir, err
}

// startPostgres starts a PostgreSQL server with a cluster of its own, which only a socket
// in its directory leads to. It does not run as root, so there it is the user of its package.
func startPostgres() (dsn string, err error) {
	initdb, err := program("initdb")
	postgres, err2 := program("postgres")
	if err := errors.Join(err, err2); err != nil {
		return "", err
	}
	var as *syscall.Credential
	if os.Getuid() == 0 {
		owner, err := user.Lookup("postgres")
		if err != nil {
			return "", errMissing("root cannot run PostgreSQL, and there is no user postgres")
		}
		uid, _ := strconv.Atoi(owner.Uid)
		gid, _ := strconv.Atoi(owner.Gid)
		as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	dir, err := directory()
	if err == nil && as != nil {
		err = os.Chown(dir, int(as.Uid), int(as.Gid))
	}
	if err != nil {
		return "", err
	}
	data := filepath.Join(dir, "data")
	cmd := exec.Command(initdb, "-D", data, "-A", "trust", "-U", "bench", "--no-sync")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	cmd.Dir = "/"
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb: %w\n%s", err, out)
	}
	if err := daemon(as, postgres, "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off"); err != nil {
		return "", err
	}
	dsn = "postgres:///postgres?user=bench&host=" + dir
	return dsn, await(func(ctx context.Context) error { return postgresServer.ping(ctx, dsn) })
}

// startRedis starts a Redis server that keeps nothing, on a port of the loopback.
func startRedis() (dsn string, err error) {
	server, err := program("redis-server")
	if err != nil {
		return "", err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0") // for a port that nobody has
	if err != nil {
		return "", err
	}
	port := strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
	listener.Close()
	if err := daemon(nil, server, "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", os.TempDir()); err != nil {
		return "", err
	}
	dsn = "redis://127.0.0.1:" + port + "/0"
	return dsn, await(func(ctx context.Context) error { return redisServer.ping(ctx, dsn) })
}
