package host

type socketTables struct{}
