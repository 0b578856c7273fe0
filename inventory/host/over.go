package host

// Over is a tree in which some names lead to files of another one: those that were deleted to the descriptors that processes still have open. Folders
// do not list them.
func Over(t, from Tree, links map[string]string) Tree { return &over{t, from, links} }

type over struct {
	Tree
	from  Tree
	links map[string]string // by name
}

func (o *over) Lstat(name string) (Info, error) {
	link, there := o.links[name]
	if !there {
		return o.Tree.Lstat(name)
	}
	f, err := o.from.Open(link)
	if err != nil {
		return Info{}, err
	}
	defer f.Close()
	return f.Info(), nil
}

func (o *over) Open(name string) (File, error) {
	if link, there := o.links[name]; there {
		return o.from.Open(link)
	}
	return o.Tree.Open(name)
}
