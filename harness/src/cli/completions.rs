use clap::Args;
use clap_complete::Shell;

/// What `cpfo completions` is asked for.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct CompletionsFlags {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

const EXAMPLES: &str = "\
Where a shell looks for them:
  cpfo completions bash > ~/.local/share/bash-completion/completions/cpfo
  cpfo completions zsh > ~/.zfunc/_cpfo          with `fpath+=~/.zfunc` before `compinit`
  cpfo completions fish > ~/.config/fish/completions/cpfo.fish
  cpfo completions powershell >> $PROFILE";
