package parse

import (
	"encoding/json"
	"errors"
	"fmt"
)

// RuntimeConfig is NAME.runtimeconfig.json (github.com/dotnet/sdk: documentation/specs/runtime-configuration-file.md).
type RuntimeConfig struct {
	TFM         string            // "net9.0"
	RollForward string            // "LatestPatch", "Major", …; "" is Minor
	Frameworks  []DotnetFramework // shared frameworks that it needs: framework-dependent
	Included    []DotnetFramework // frameworks that lie beside it: self-contained
	Properties  map[string]any    // configProperties, such as System.GC.Server
}

// DotnetFramework is a framework with the version that was asked for, not the one that runs.
type DotnetFramework struct {
	Name    string `json:"name"` // "Microsoft.NETCore.App", "Microsoft.AspNetCore.App"
	Version string `json:"version"`
}

// SelfContained reports whether the runtime belongs to the application.
func (c RuntimeConfig) SelfContained() bool { return len(c.Included) > 0 }

// ReadRuntimeConfig reads a runtimeconfig.json, comments and trailing commas allowed, as hostfxr does.
func ReadRuntimeConfig(data []byte) (RuntimeConfig, error) {
	var doc struct {
		RuntimeOptions *struct {
			TFM                string            `json:"tfm"`
			RollForward        string            `json:"rollForward"`
			Framework          *DotnetFramework  `json:"framework"`
			Frameworks         []DotnetFramework `json:"frameworks"`
			IncludedFrameworks []DotnetFramework `json:"includedFrameworks"`
			ConfigProperties   map[string]any    `json:"configProperties"`
		} `json:"runtimeOptions"`
	}
	if err := unmarshalDotnet(data, &doc); err != nil {
		return RuntimeConfig{}, err
	}
	o := doc.RuntimeOptions
	if o == nil {
		return RuntimeConfig{}, syntaxf(1, "no runtimeOptions")
	}
	c := RuntimeConfig{TFM: o.TFM, RollForward: o.RollForward, Frameworks: o.Frameworks, Included: o.IncludedFrameworks, Properties: o.ConfigProperties}
	if o.Framework != nil {
		c.Frameworks = append([]DotnetFramework{*o.Framework}, c.Frameworks...)
	}
	return c, nil
}

// unmarshalDotnet is json.Unmarshal for .NET's JSON, with the line in its errors.
func unmarshalDotnet(data []byte, into any) error {
	err := json.Unmarshal(RelaxJSON(data), into)
	if err == nil {
		return nil
	}
	lines := newLineIndex(data)
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return syntaxf(lines.line(max(int(e.Offset)-1, 0)), "%s", e.Error())
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return syntaxf(lines.line(max(int(e.Offset)-1, 0)), "%s is a %s, not a %s", e.Field, e.Value, e.Type)
	}
	return fmt.Errorf("read JSON: %w", err)
}
