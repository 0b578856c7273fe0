package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"a2c/internal/child"
	"a2c/internal/resolver"
)

// kindNames is what the confined child, which can open no connection, emits to have this host's resolver asked for names.
const kindNames = "names"

// asking lets a child ask for names: the answers come to it through a pipe.
type asking struct {
	read, write *os.File
}

func newAsking() (*asking, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("pipe: %w", err)
	}
	return &asking{read, write}, nil
}

func (k *asking) close() { _ = errors.Join(k.read.Close(), k.write.Close()) }

// answerWithin bounds how long a child may leave its answers unread.
const answerWithin = 10 * time.Second

// on answers for names, and hands everything else on.
func (k *asking) on(ctx context.Context, next func(string, json.RawMessage) error) func(string, json.RawMessage) error {
	return func(kind string, data json.RawMessage) error {
		if kind != kindNames {
			return next(kind, data)
		}
		var names []string
		if err := json.Unmarshal(data, &names); err != nil {
			return fmt.Errorf("the child sent no names: %w", err)
		}
		answers := resolver.Host().Ask(ctx, names)
		if err := k.write.SetWriteDeadline(time.Now().Add(answerWithin)); err != nil {
			return fmt.Errorf("answer for names: %w", err)
		}
		if err := json.NewEncoder(k.write).Encode(answers); err != nil {
			return fmt.Errorf("answer for names: %w", err)
		}
		return nil
	}
}

// asker asks the parent for names. What goes wrong is what is said of each name.
func asker(c *child.Conn, file int) func([]string) []resolver.Answer {
	from := c.File(file, "answers")
	return func(names []string) []resolver.Answer {
		var answers []resolver.Answer
		err := c.Ask(kindNames, names, from, &answers)
		if err == nil && len(answers) == len(names) {
			return answers
		}
		answers = make([]resolver.Answer, len(names))
		for i, name := range names {
			answers[i] = resolver.Answer{Name: name, Failed: fmt.Sprintf("not asked for: %v", err)}
		}
		return answers
	}
}
