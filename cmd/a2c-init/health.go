package main

import (
	"strconv"
	"strings"
	"syscall"
)

const probeSeconds = 4 // less than the timeout in the image's configuration, so that a probe says why

// probe asks an address of the container itself; "" is healthy. Names are not resolved.
func probe(url string) string {
	scheme, rest, _ := strings.Cut(url, "://")
	where, path, _ := strings.Cut(rest, "/")
	if scheme != "http" && (scheme != "tcp" || path != "") {
		return quoted(url) + " is neither tcp://ADDRESS:PORT nor http://ADDRESS:PORT/PATH"
	}
	to, family := address(where)
	if to == nil {
		return quoted(where) + " is no ADDRESS:PORT such as 127.0.0.1:8080 or [::1]:8080"
	}
	fd, err := syscall.Socket(family, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return "socket: " + err.Error()
	}
	limit := syscall.Timeval{Sec: probeSeconds}
	for _, option := range []int{syscall.SO_SNDTIMEO, syscall.SO_RCVTIMEO} { // the first is also connect's (socket(7))
		if err := syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, option, &limit); err != nil {
			return "socket: " + err.Error()
		}
	}
	if err := syscall.Connect(fd, to); err != nil {
		return "connect to " + quoted(where) + ": " + err.Error()
	}
	if scheme == "tcp" {
		return ""
	}
	return ask(fd, where, "/"+path)
}

// ask is one question in HTTP/1.0; a status from 200 to 399 is healthy, as a kubelet has it.
func ask(fd int, where, path string) string {
	if strings.ContainsAny(path, " \r\n") {
		return quoted(path) + " is no path of a URL"
	}
	question := "GET " + path + " HTTP/1.0\r\nHost: " + where + "\r\nUser-Agent: a2c-init\r\nConnection: close\r\n\r\n"
	if _, err := syscall.Write(fd, []byte(question)); err != nil {
		return "ask " + quoted(path) + ": " + err.Error()
	}
	const needed = len("HTTP/1.1 200")
	var answer []byte
	for buf := make([]byte, 512); len(answer) < needed; {
		n, err := syscall.Read(fd, buf)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return "answer of " + quoted(path) + ": " + err.Error()
		}
		if n == 0 {
			break
		}
		answer = append(answer, buf[:n]...)
	}
	if len(answer) < needed || string(answer[:7]) != "HTTP/1." {
		return quoted(path) + " does not answer in HTTP"
	}
	status, err := strconv.Atoi(string(answer[9:needed]))
	if err != nil || status < 200 || status >= 400 {
		return quoted(path) + " answers " + quoted(string(answer[9:needed]))
	}
	return ""
}

// address reads 127.0.0.1:8080 and [::1]:8080; nil if it is neither. Of version 6 only the loopback address is of use here.
func address(s string) (syscall.Sockaddr, int) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return nil, 0
	}
	port, err := strconv.Atoi(s[i+1:])
	if err != nil || port < 1 || port > 65535 {
		return nil, 0
	}
	if s[:i] == "[::1]" {
		return &syscall.SockaddrInet6{Port: port, Addr: [16]byte{15: 1}}, syscall.AF_INET6
	}
	to := &syscall.SockaddrInet4{Port: port}
	parts := strings.Split(s[:i], ".")
	if len(parts) != len(to.Addr) {
		return nil, 0
	}
	for n, part := range parts {
		b, err := strconv.ParseUint(part, 10, 8)
		if err != nil {
			return nil, 0
		}
		to.Addr[n] = byte(b)
	}
	return to, syscall.AF_INET
}
