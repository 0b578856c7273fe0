package inventory

import (
	"slices"

	"a2c/model"
)

// relate lists for each application the other instances of what it is: the same main artifact, or, for servers whose artifact is their own base
// folder, the same product from the same folder run side by side on several bases.
func relate(inv model.Inventory) {
	groups := map[string][]string{}
	for id, app := range inv {
		for _, key := range kinship(app) {
			groups[key] = append(groups[key], id)
		}
	}
	for id, app := range inv {
		for _, key := range kinship(app) {
			for _, other := range groups[key] {
				if other != id {
					app.Related = append(app.Related, other)
				}
			}
		}
		if len(app.Related) == 0 {
			continue
		}
		slices.Sort(app.Related)
		app.Related = slices.Compact(app.Related)
		app.Evidence.Add("related", model.Derived("the same artifact, or the same server's home"))
		inv[id] = app
	}
}

// kinship are the keys that related applications share. What runs in another container only has the same names.
func kinship(app model.App) []string {
	place := ""
	if app.Container != nil {
		place = app.Container.Engine + app.Container.ID
	}
	var keys []string
	if app.Artifact != "" {
		keys = append(keys, place+"\x00artifact\x00"+string(app.Artifact))
	}
	if app.Platform.Home != "" && app.Artifact == app.Base {
		keys = append(keys, place+"\x00home\x00"+app.ApplicationType+"\x00"+string(app.Platform.Home))
	}
	return keys
}
