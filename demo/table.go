package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"a2c/proof/apps"
)

// row is what the last table says of one application.
type row struct {
	app      apps.App
	id       string
	port     int
	files    int
	size     int64 // bytes, uncompressed
	seconds  float64
	verified bool
	fargate  string
	problem  error
}

func table(out io.Writer, workspace string, rows []row) {
	fmt.Fprintf(out, "\n== What came out\n\n")
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "application\tkind\tport\tfiles\timage\tseconds\tverified\tFargate\tartifacts")
	var first string
	for _, r := range rows {
		verified := "no"
		if r.verified {
			verified = "yes"
		}
		artifacts := workspace + "/" + r.id
		if r.problem != nil {
			artifacts = "(failed, see above)"
		} else if first == "" {
			first = r.id
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%.0f MB\t%.1f\t%s\t%s\t%s\n",
			r.app.Name, r.app.Kind, r.port, r.files, float64(r.size)/1e6, r.seconds, verified, dash(r.fargate), artifacts)
	}
	if err := w.Flush(); err != nil || first == "" {
		return
	}
	fmt.Fprintf(out, `
To look further:
  sudo make demo-start                                the applications again, left running; make demo-stop ends them
  export A2C_WORKSPACE=%s
  a2c explain --application-id %s PATH    why a file is in the image
  less $A2C_WORKSPACE/%s/image/Dockerfile
  less $A2C_WORKSPACE/%s/ecs-fargate/*
  sudo make clean                                     removes all of this, and the users a2c-demo-*
`, workspace, first, first, first)
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
