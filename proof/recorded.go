package proof

import (
	"path/filepath"
	"testing"

	"a2c/model"
	"a2c/proof/apps"
)

// proveRecorded keeps what the live application answers, without its secrets, and verifies the image against that, without a request to it.
func proveRecorded(t *testing.T, c Command, site *apps.Site, j *Job) {
	t.Helper()
	j.Runs = append(j.Runs, c.Run(t, nil, append([]string{"record", "--application-id", j.ID}, site.VerifyArgs(j.App)...)...))
	var kept model.Recording
	readJSON(t, filepath.Join(c.Workspace, j.ID, "recorded.json"), &kept)
	if len(kept.Questions) == 0 {
		t.Error("record kept no answer")
	}
	for _, q := range kept.Questions { // the bodies are in base64 there
		for _, a := range []model.RecordedAnswer{q.First, q.Again} {
			checkOutput(t, site.Planted(), Ran{Args: []string{"record", q.Path}, Stdout: a.Body})
		}
		if len(q.First.Body) == 0 && q.First.Status == 200 {
			t.Errorf("%s: nothing of the answer was kept", q.Path)
		}
	}
	j.Runs = append(j.Runs, c.Run(t, nil, "verify", "--application-id", j.ID, "--no-live"))
	readJSON(t, filepath.Join(c.Workspace, j.ID, "verify.json"), &j.Verification)
	if v := j.Verification; !v.Verified || v.Live != nil && v.Live.Requests > 0 {
		t.Errorf("verify --no-live: %s %s, %+v", v.Verdict, v.Why, v.Live)
	}
}
