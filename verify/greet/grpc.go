package greet

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"time"
)

// call is one of gRPC over HTTP/2 without TLS, with one message and its answer (github.com/grpc/grpc: doc/PROTOCOL-HTTP2.md).
type call struct {
	name, path string
	message    []byte
	read       func(message []byte) []string
}

// GRPC asks for the server's health and for the list of its services, where it has these services (grpc.health.v1, grpc.reflection.v1).
func GRPC() []Protocol {
	list := []byte{0x3a, 1, '*'} // list_services, field 7
	return []Protocol{
		call{"gRPC health", "/grpc.health.v1.Health/Check", nil, health},
		call{"gRPC reflection", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", list, services},
		call{"gRPC reflection, alpha", "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", list, services},
	}
}

func (g call) Name() string { return g.name }

// Try implements Protocol. A server that does not have the service says so, which is an answer.
func (g call) Try(ctx context.Context, c net.Conn) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, limitTime)
	defer cancel()
	t := &http.Transport{Protocols: new(http.Protocols), DialContext: func(context.Context, string, string) (net.Conn, error) { return c, nil }}
	t.Protocols.SetUnencryptedHTTP2(true)
	defer t.CloseIdleConnections()
	body := binary.BigEndian.AppendUint32([]byte{0}, uint32(len(g.message)))
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://localhost"+g.path, bytes.NewReader(append(body, g.message...)))
	if err != nil {
		return nil, err
	}
	q.Header.Set("User-Agent", Agent)
	q.Header.Set("Content-Type", "application/grpc")
	q.Header.Set("TE", "trailers")
	q.Header.Set("Grpc-Timeout", fmt.Sprintf("%dm", limitTime/time.Millisecond))
	a, err := t.RoundTrip(q)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	data, err := io.ReadAll(io.LimitReader(a.Body, limitBytes))
	if err != nil {
		return nil, err
	}
	status := a.Header.Get("Grpc-Status")
	if status == "" {
		status = a.Trailer.Get("Grpc-Status")
	}
	lines := []string{fmt.Sprintf("HTTP status: %d", a.StatusCode), "status of gRPC: " + printable([]byte(status))}
	const header = 5
	if len(data) >= header && data[0] == 0 && uint64(len(data)) >= header+uint64(binary.BigEndian.Uint32(data[1:])) {
		lines = append(lines, g.read(data[header:header+binary.BigEndian.Uint32(data[1:])])...)
	}
	return lines, nil
}

// health reads HealthCheckResponse: status, field 1.
func health(message []byte) []string {
	state := 0
	if len(message) == 2 && message[0] == 0x08 {
		state = int(message[1])
	}
	return []string{fmt.Sprintf("health: %d", state)} // 1: serving
}

// services reads the names of ServerReflectionResponse: list_services_response, field 6, of services, field 1, with names, field 1.
func services(message []byte) []string {
	var lines []string
	for _, list := range fields(message, 6) {
		for _, service := range fields(list, 1) {
			for _, name := range fields(service, 1) {
				lines = append(lines, "service: "+printable(name))
			}
		}
	}
	slices.Sort(lines)
	return lines
}

// fields are those of a number that have bytes, texts or messages in them; others are passed over (protobuf.dev: "Encoding"). What does not fit ends the list.
func fields(message []byte, number uint64) [][]byte {
	var list [][]byte
	for len(message) > 0 {
		key, n := binary.Uvarint(message)
		if n <= 0 {
			return list
		}
		message = message[n:]
		size, n := binary.Uvarint(message)
		switch key & 7 {
		case 0: // a number
			size = 0
		case 1:
			n, size = 0, 8
		case 5:
			n, size = 0, 4
		case 2:
		default:
			return list
		}
		if n < 0 || n == 0 && key&7 != 1 && key&7 != 5 || uint64(len(message)-n) < size {
			return list
		}
		value := message[n : n+int(size)]
		if key&7 == 2 && key>>3 == number {
			list = append(list, value)
		}
		message = message[n+int(size):]
	}
	return list
}
