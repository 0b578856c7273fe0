// Package awscall calls single operations of AWS services that speak JSON 1.1. Credentials, region and signature are the SDK's, which are linked already;
// the services' own packages of it, with all their operations, would make a2c larger than it may be.
package awscall

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Client calls one service with the credentials and the region of a configuration.
type Client struct {
	Config   aws.Config
	Service  string // as in signatures and host names: "secretsmanager", "ssm"
	Target   string // what stands before the operation in X-Amz-Target: "secretsmanager", "AmazonSSM"
	Endpoint string // URL; "": the service's own of the region
}

// Error is what the service refused. Its message may repeat what was sent: it is not part of Error().
type Error struct {
	Operation string
	Code      string // "ResourceExistsException"
	Status    int
	Message   string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s: %s (HTTP status %d)", e.Operation, e.Code, e.Status)
}

// Is reports whether an error is one of a code.
func Is(err error, code string) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Code == code
}

// What an answer may have, and how long it may take.
const (
	maxAnswer = 4 << 20
	patience  = 30 * time.Second
)

// Call sends in as the operation's input, and decodes its output into out.
func (c Client) Call(ctx context.Context, operation string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("%s: encode: %w", operation, err)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	endpoint := c.Endpoint
	if endpoint == "" {
		endpoint = "https://" + c.Service + "." + c.Config.Region + "." + domain(c.Config.Region)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(endpoint, "/")+"/", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%s: %w", operation, err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", c.Target+"."+operation)
	credentials, err := c.Config.Credentials.Retrieve(ctx)
	if err != nil {
		return fmt.Errorf("%s: credentials: %w", operation, err)
	}
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(ctx, credentials, r, hex.EncodeToString(sum[:]), c.Service, c.Config.Region, time.Now()); err != nil {
		return fmt.Errorf("%s: sign: %w", operation, err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }} // a secret goes nowhere else
	answer, err := client.Do(r)
	if err != nil {
		return fmt.Errorf("%s: %w", operation, err)
	}
	defer answer.Body.Close() //nolint:errcheck // it was only read
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("%s: read the answer: %w", operation, err)
	}
	if answer.StatusCode != http.StatusOK {
		return refused(operation, answer.StatusCode, data)
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("%s: the answer is no JSON", operation) // which may hold a value
	}
	return nil
}

func refused(operation string, status int, data []byte) error {
	var e struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}
	if json.Unmarshal(data, &e) != nil || e.Type == "" {
		e.Type = "no error of AWS"
	}
	return &Error{Operation: operation, Code: e.Type[strings.LastIndexByte(e.Type, '#')+1:], Status: status, Message: e.Message}
}

// domain of a region's partition.
func domain(region string) string {
	if strings.HasPrefix(region, "cn-") {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}
