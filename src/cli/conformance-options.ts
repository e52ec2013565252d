/** What can be said to `nightshift conformance`. Light: the work is loaded when it is wanted. */
import type { Command } from 'commander'
import type { ConformanceArguments } from './conformance-target.ts'

const HELP = `
Tries every verb and promise of docs/nightctl.md on one device: over SSH as the head office does, or with --local on
this machine. Without --destructive nothing is changed for good: no restart, no rollback. docs/integrate.md goes
through it step by step.

  nightshift conformance --local ./nightctl
  nightshift conformance 10.1.2.3 --key id_ed25519 --known-hosts known_hosts
  nightshift conformance till7 --via nightshift@store1 --key id_ed25519 --known-hosts known_hosts --serve 10.1.0.9:8400
  nightshift conformance 10.1.2.3 … --destructive --package till.tgz --version 00096000

Exit status: 0 it conforms, 1 it does not, 64 usage, 69 it cannot be reached.`

/** @param exit gets the exit status when the command is through */
export function addConformance(program: Command, exit: (status: number) => void): void {
  program
    .command('conformance')
    .description("try a device's nightctl against the contract: a verdict for each promise")
    .argument('[host]', 'name or address of the device; or --local')
    .option('--local <command>', 'a program on this machine, with the words before the verb')
    .option('--user <name>', 'account at the device (nightshift)')
    .option('--port <n>', 'SSH port of the device (22)')
    .option('--key <file>', 'private key that the device lets in')
    .option('--host-key <line...>', "the device's host key, ssh-ed25519 AAAA…")
    .option('--known-hosts <file>', 'where the host keys of device and store server stand')
    .option('--via <user@store:port>', 'through the store server, as the head office does')
    .option('--via-key <file>', 'private key that the store server lets in (--key)')
    .option('--via-host-key <line...>', "the store server's host key")
    .option('--agent <path>', 'the nightctl on the device (nightctl)')
    .option(
      '--serve <host:port>',
      'an address of this machine that the device reaches, to fetch packages from',
    )
    .option('--source <url>', 'where the device finds --package, instead of this machine')
    .option('--package <file>', 'a package that can be installed, for --destructive')
    .option('--version <version>', 'of the package, eight digits: 00096000')
    .option('--destructive', 'install the package and go back, too')
    .option(
      '--receipt-hook <program>',
      'run here with the word open, then close: opens a receipt at the device',
    )
    .option('--yes', 'ask nobody for anything')
    .option('--only <id...>', 'these checks, and what they rest on')
    .option('--deadline <seconds>', 'for each call (60)')
    .option('--patience <seconds>', 'for each transfer and each installation (300)')
    .option('--json', 'one JSON object')
    .addHelpText('after', HELP)
    .action(async (host: string | undefined, options: ConformanceArguments) =>
      exit(
        await (await import('./conformance.ts')).conformanceCommand(host, options, (text) =>
          console.log(text),
        ),
      ),
    )
}
