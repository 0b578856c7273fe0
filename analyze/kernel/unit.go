package kernel

import (
	"strings"

	"a2c/inventory/host"
	"a2c/model"
)

// maxUnit bounds files of the size of a unit: sysctl.d and the like.
const maxUnit = 1 << 20

// readUnit reads the unit of the main process and its drop-ins as files. nil: it runs in no service.
func (l *looker) readUnit() *host.Unit {
	unit, _, err := l.s.Main.Unit()
	if err != nil || !strings.HasSuffix(unit, ".service") {
		return nil
	}
	u, err := host.ReadUnit(l.s.Host.Tree, host.SystemUnits(), unit)
	if err != nil {
		l.s.Skip(model.Skip{What: "systemd unit " + unit, Reason: err.Error(), Incomplete: true})
	}
	return u
}

// unitValues are the assignments of one key of [Service] that are in force.
func (l *looker) unitValues(key string) []host.UnitSetting { return l.unit.Values("Service." + key) }
