package parse

// ClassTexts hands over every text of a class file's constants (JVM specification, 4.4.7) as it stands there, one after another: names of classes,
// descriptors, signatures, and the texts that the program holds. each must not keep it.
func ClassTexts(class []byte, each func(text []byte)) error {
	r := classReader{data: class}
	if r.number(4) != 0xCAFEBABE {
		return ErrNoClass
	}
	r.skip(4) // version
	count := r.number(2)
	for i := 1; i < count && !r.short; i++ {
		switch r.take(1)[0] {
		case constUTF8:
			if text := r.take(r.number(2)); !r.short {
				each(text)
			}
		case constLong, constDouble:
			r.skip(8)
			i++ // it takes two places (4.4.5)
		case constModule, constString, constClass, constMethodType, constPackage:
			r.skip(2)
		case constMethodHandle:
			r.skip(3)
		default:
			r.skip(4)
		}
	}
	if r.short {
		return ErrNoClass
	}
	return nil
}
