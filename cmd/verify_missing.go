package cmd

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/pflag"

	"a2c/internal/term"
	"a2c/model"
	"a2c/verify"
)

// mostMissing are listed in the table: verify.json and the page have all.
const mostMissing = 10

func (f *verifyFlags) registerMissing(s *pflag.FlagSet) {
	s.BoolVar(&f.missing, "missing-files", true, "in the sandbox, see which files the image looks for in vain that this machine has; false for an image that the kernel's notices disturb")
	s.BoolVar(&f.repair, "repair", false, "add such files, as far as they belong to the image, build it again as it was built and prove it again, at most 5 times; takes the sandbox")
}

// finding puts what was said of missing files into the options. Engines do not tell what an image looks for, so that a repair takes the sandbox.
func (f *verifyFlags) finding(o *verify.Options) error {
	o.Blind = !f.missing
	switch {
	case !f.repair:
		return nil
	case !f.missing:
		return errors.New("--repair goes by missing files: leave out --missing-files=false")
	case f.list:
		return errors.New("--list runs no image: leave it out with --repair")
	case f.runtime == verify.RuntimeDocker:
		return errors.New("--repair sees what an image looks for in the sandbox alone: leave out --runtime docker, and prove the repaired image with it afterwards")
	}
	o.RuntimeName = verify.RuntimeSandbox
	return nil
}

// missingFiles names what the image looked for in vain: as the likely cause where the verdict stands against it.
func missingFiles(w io.Writer, v model.Verification) {
	lacking := v.Lacking()
	if !v.Verified {
		for i, m := range lacking {
			if i == mostMissing {
				fmt.Fprintf(w, "\nand for %d more", len(lacking)-i)
				break
			}
			fmt.Fprintf(w, "\nlikely cause: %s", term.Safe(m.String()))
		}
		if len(lacking) > 0 {
			fmt.Fprintln(w)
		}
	} else if len(lacking) > 0 {
		fmt.Fprintf(w, "\nit looked for %s that this machine has, and does without: %s%s\n", term.Count(len(lacking), "file"), lacking[0].Path, andMore(len(lacking)-1))
	}
	if n := len(v.MissingFiles) - len(lacking); n > 0 {
		fmt.Fprintf(w, "\nit looked for %s of this machine that %s left out for a reason (verify.json has them)\n", term.Count(n, "file"), isAre(n))
	}
}

func andMore(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n)
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// repairTable shows what was added in each round.
func (a *app) repairTable(w io.Writer, list []model.Repair) error {
	if len(list) == 0 {
		return nil
	}
	fmt.Fprintln(w)
	rows := term.Rows{Head: []string{"ROUND", "ADDED, NEEDED AT RUN TIME", "IMAGE", "VERDICT"}}
	for i, r := range list {
		round, image, verdict := fmt.Sprint(i+1), r.ImageDigest, r.Verdict
		for _, p := range r.Added {
			rows.Add(round, p.String(), image, verdict)
			round, image, verdict = "", "", ""
		}
		for _, text := range r.Refused {
			rows.Add(round, "not added: "+text, image, verdict)
			round, image, verdict = "", "", ""
		}
	}
	return a.Write(w, rows)
}

// noteMissing says what to do about missing files.
func (a *app) noteMissing(v model.Verification, f verifyFlags) {
	again := a.command("verify") + " --application-id " + f.id
	switch {
	case f.repair && len(v.Repairs) == 0 && v.Verified:
		a.Note("there is nothing to repair")
	case f.repair && v.Verified:
		a.Note("the image was built anew: what was pushed, or written with --tar, is the one before")
	case f.repair && len(v.Lacking()) == 0:
		a.Note("nothing is missing any more that belongs to the image: --repair cannot help further")
	case f.repair:
		a.Note("--repair ended with %s still missing", term.Count(len(v.Lacking()), "file"))
	case v.Verified:
	case len(v.Lacking()) > 0:
		a.Note("next: %s --repair adds what is missing and proves the image again", again)
	case v.Runtime == verify.RuntimeDocker:
		a.Note("what files it misses is seen in the sandbox alone: %s --runtime sandbox", again)
	}
}
