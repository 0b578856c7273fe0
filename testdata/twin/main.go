// Command twin is the application that the proof "docker" verifies: an HTTP server that misbehaves as its environment says.
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(7)
	}
}

func run() error {
	if err := begin(); err != nil {
		return err
	}
	for to := range strings.FieldsSeq(os.Getenv("REACH")) {
		connect(to, "")
	}
	if to := os.Getenv("DATABASE"); to != "" {
		connect(to, os.Getenv("WHO")) // at once: who only looks for a moment is to see it
		go insert(to)
	}
	listen := os.Getenv("LISTEN")
	if listen == "" {
		time.Sleep(time.Hour)
	}
	http.HandleFunc("/", page)
	http.HandleFunc("/error", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "broken", http.StatusInternalServerError) })
	http.HandleFunc("/login", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://"+r.Host+"/?from=login", http.StatusFound)
	})
	http.HandleFunc("/endless", endless)
	http.HandleFunc("/nonce", nonce)
	http.HandleFunc("/noise", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "%s%s", strings.Repeat("words ", 17), rand.Text())
	})
	http.HandleFunc("/state", state)
	http.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s: %s %v\n", r.Method, r.Header.Get("Content-Type"), body, err)
	})
	return http.ListenAndServe(listen, nil)
}

// begin fails as the environment says.
func begin() error {
	if text := os.Getenv("FAIL"); text != "" {
		return fmt.Errorf("%s with token %s", text, os.Getenv("TOKEN"))
	}
	if os.Getenv("NEED_TOKEN") != "" && os.Getenv("TOKEN") == "" {
		return fmt.Errorf("no TOKEN in the environment")
	}
	if name := os.Getenv("WRITE"); name != "" {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
			return err
		}
		if os.Getenv("CHOWN") != "" {
			if err := os.Chown(name, 7, 7); err != nil {
				return err
			}
		}
	}
	if what := os.Getenv("ON_TERM"); what != "" {
		go onTerm(what)
	}
	if os.Getenv("EAT") != "" {
		var eaten [][]byte
		for range 1024 {
			eaten = append(eaten, bytes.Repeat([]byte{1}, 1<<20))
		}
		fmt.Fprintln(os.Stderr, len(eaten))
	}
	return nil
}

// onTerm ends with an exit code a moment after SIGTERM, or never.
func onTerm(what string) {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	for range asked {
		if code, err := strconv.Atoi(what); err == nil {
			time.Sleep(300 * time.Millisecond)
			os.Exit(code)
		}
	}
}

func endless(w http.ResponseWriter, r *http.Request) {
	for r.Context().Err() == nil {
		if _, err := w.Write(bytes.Repeat([]byte("endless\n"), 1<<10)); err != nil {
			return
		}
	}
}

// state shows a file and leaves another beside it.
func state(w http.ResponseWriter, _ *http.Request) {
	data, err := os.ReadFile(os.Getenv("STATE"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Fprintf(w, "state: %s\n", data)
	if err := os.WriteFile(os.Getenv("STATE")+"."+os.Getenv("WHO"), []byte("x"), 0o600); err != nil {
		fmt.Fprintln(w, err)
	}
}

// page differs from one request to the next, as real ones do.
func page(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, "<html>\n<h1>%s</h1>\n<p>%s</p>\n<input name=\"nonce\" value=\"%s\">\n%s<p>%s</p>\n</html>\n",
		os.Getenv("GREETING"), time.Now().Format(time.RFC3339Nano), rand.Text(), strings.Repeat("<p>This page has some more words, as pages have.</p>\n", 20), os.Getenv("TOKEN"))
}

// nonce has a new token in its policy, its cookie and its body.
func nonce(w http.ResponseWriter, _ *http.Request) {
	token := rand.Text()
	w.Header().Set("Content-Security-Policy", "script-src 'nonce-"+token+"'")
	http.SetCookie(w, &http.Cookie{Name: "SESSION", Value: token, HttpOnly: true})
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"request":{"id":%q},"text":%q}`, token, strings.Repeat("words ", 100))
}

// insert is the timer of an application that works on a database.
func insert(to string) {
	for range time.Tick(100 * time.Millisecond) {
		connect(to, os.Getenv("WHO"))
	}
}

func connect(to, row string) {
	d := net.Dialer{Timeout: 2 * time.Second}
	c, err := d.DialContext(context.Background(), "tcp", to)
	if err != nil {
		return
	}
	defer c.Close()
	if row != "" {
		fmt.Fprintln(c, row)
	}
}
