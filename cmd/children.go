package cmd

import "a2c/internal/child"

// Children are the roles that a2c plays as its own confined child.
func Children() child.Table {
	return child.Table{}
}
