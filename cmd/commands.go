package cmd

import "github.com/spf13/cobra"

// commands are all commands, in the order of a migration.
func commands(a *app) []*cobra.Command {
	return []*cobra.Command{
		newInventory(a),
		newAnalyze(a),
		newSummary(a),
		newCheck(a),
		newExplain(a),
		newFiles(a),
		newGraph(a),
		newConfig(a),
		newSize(a),
		newContainerize(a),
		newExtract(a),
		newRecord(a),
		newVerify(a),
		newSecrets(a),
		newGenerate(a),
		newRules(a),
		newSchema(a),
		newTemplates(a),
		newVersion(a),
		newCompletion(a),
	}
}
