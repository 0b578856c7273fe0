// Command a2c-kaniko builds an image inside a private root; only a2c starts it.
package main

func main() {}
