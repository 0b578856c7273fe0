package check

import (
	"a2c/internal/eol"
	"a2c/model"
)

// What it stands on: systems, runtimes and servers that nobody mends any more.

func endOfLife() Rule {
	return Rule{
		ID:       "runtime.end-of-life",
		Title:    "System, runtime and server still get updates",
		Remedy:   "Move to a release that gets updates. In the image, a2c containerize --base vendor takes system and runtime from an image that its maker keeps; the server and the framework are the application's own.",
		Source:   "https://endoflife.date",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Warning,
		Run: func(s *Subject, r Reporter) {
			if s.EndOfLife == nil {
				return
			}
			for _, said := range s.EndOfLife.Look(eol.Parts(s.App.AnalysisInfo), s.Today) {
				switch said.State {
				case eol.Ended:
					r.Fail(said.Message, said.At...)
				case eol.Ending:
					r.FailAs(model.Info, said.Message, said.At...)
				case eol.Unknown:
					r.CannotTell(said.Message, "a table that has it, by --eol-table FILE, or its maker's own page", said.At...)
				case eol.Supported:
				}
			}
		},
	}
}
