package verify

import (
	"cmp"
	"fmt"
	"io"
	"os"

	"a2c/verify/asked"
)

// maxCollected bounds a file of requests, in bytes.
const maxCollected = 256 << 20

// ReadHAR reads the safe requests of a file that a browser recorded (asked.HAR); left counts the others.
func ReadHAR(file string) (list []Request, left int, err error) {
	data, err := readCollected(file)
	if err != nil {
		return nil, 0, err
	}
	found, left, err := asked.HAR(data)
	if err != nil {
		return nil, left, err
	}
	list, err = collected(found)
	return list, left, err
}

// ReadURLs reads a file with a URL or path in each line (asked.URLs).
func ReadURLs(file string) ([]Request, error) {
	data, err := readCollected(file)
	if err != nil {
		return nil, err
	}
	found, err := asked.URLs(data)
	if err != nil {
		return nil, err
	}
	return collected(found)
}

func collected(found []asked.Collected) (list []Request, err error) {
	for _, c := range found {
		r := Request{Port: c.Port, Method: c.Method, Host: c.Host, Path: c.Path.Path, Header: c.Header, From: cmp.Or(c.From, "--urls")}
		if err := r.check(); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

func readCollected(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxCollected+1))
	if err == nil && len(data) > maxCollected {
		err = fmt.Errorf("it has more than %d MiB", maxCollected>>20)
	}
	return data, err
}
