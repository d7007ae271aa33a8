// Runs a program with an environment file as Compose reads one that `env_file:` names.
//
//	compose FILE PROGRAM ARGUMENT...
package main

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"github.com/compose-spec/compose-go/v2/dotenv"
)

func main() {
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(file string, command []string) error {
	read, err := dotenv.Read(file)
	if err != nil {
		return err
	}
	environment := os.Environ()
	for key, value := range read {
		environment = append(environment, key+"="+value)
	}
	program, err := exec.LookPath(command[0])
	if err != nil {
		return err
	}
	return syscall.Exec(program, command, environment)
}
