/** What can be said to `nightshift package sign`. Light: the work is loaded when it is wanted. */
import type { Command } from 'commander'
import { loadConfig } from '../config.ts'
import type { SignArguments } from './package-sign.ts'

const HELP = `
Writes FILE.manifest, what is signed, and FILE.manifest.sig. A passphrase is asked for at the terminal; of a key that an
agent or a token holds, --key names the public half. docs/packages.md tells the rest.

  nightshift package sign till.tgz --kind till --version 00096000 --expires 90d --key ~/.ssh/id_ed25519
  nightshift package sign till.tgz --check --signers allowed_signers

Exit status: 0 signed, or good; 1 not; 64 usage; 69 there is no ssh-keygen that signs.`

/** @param packages the command `package`, which this becomes a part of */
export function addPackageSign(packages: Command): void {
  packages
    .command('sign')
    .description('sign a package, or check who signed it')
    .argument('<file>', 'the package')
    .option('--key <file>', 'private key, or the public half of one that an agent holds')
    .option('--kind <kind>', 'what it is for: till, selfCheckout, storeServer')
    .option('--version <version>', 'eight digits: 00096000')
    .option('--min-version <version>', 'installed only over this version or a later one')
    .option('--expires <when>', '90d, 12h, or a time: 2027-03-01T00:00:00Z; left out: never')
    .option('--name <name>', "the package's name, where it is not that of the file")
    .option('--needs-server', 'a till may not be newer than its store server')
    .option('--updates-tills', 'of a store server: it brings its tills along')
    .option('--firmware', 'of the fiscal device: nothing may wait for the OFD')
    .option('--ffd <formats>', 'formats of fiscal documents, as 1.05,1.2')
    .option('--can-go-back <yes>', 'true or false; left out: as the device says')
    .option('--check', 'sign nothing: say whether FILE.manifest and FILE.manifest.sig are good')
    .option('--signers <file>', 'allowed signers, for --check (NIGHTSHIFT_SIGNERS)')
    .option('--json', 'one JSON object')
    .addHelpText('after', HELP)
    .action(async (file: string, options: SignArguments) =>
      (await import('./package-sign.ts')).packageSign(
        file,
        options,
        () => loadConfig().signersFile,
        (text) => console.log(text),
      ),
    )
}
