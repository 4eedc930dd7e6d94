//! `.ci/figures`: a committed figure does not rise without a line in the changelog.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command, ExitCode, Output};

use cpfo_tests::tools::trial;
use libtest_mimic::{Arguments, Failed};

fn main() -> ExitCode {
    // An awk that does not know the option is an awk.
    let missing = |tool: &&str| Command::new(tool).arg("--version").output().is_err();
    let lacks = ["git", "bash", "awk"].into_iter().find(missing);
    let lacks = lacks.map(|tool| format!("{tool} is not installed"));
    let test = trial("rises_are_seen", lacks, rises_are_seen);
    libtest_mimic::run(&Arguments::from_args(), vec![test]).exit_code()
}

/// A project with a figure and a changelog.
struct Project(PathBuf);

impl Drop for Project {
    fn drop(&mut self) {
        // It lies where temporary files do.
        let _ = fs::remove_dir_all(&self.0);
    }
}

const FIGURES: &str = "targets/boards/m4/figures.out";

impl Project {
    fn new() -> Result<Self, Failed> {
        let folder = std::env::temp_dir().join(format!("cpfo-changelog-{}", process::id()));
        fs::create_dir_all(folder.join(".ci"))?;
        fs::create_dir_all(folder.join(FIGURES).parent().ok_or("a file in a folder")?)?;
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.ci/figures");
        fs::copy(ours, folder.join(".ci/figures"))?;
        let project = Self(folder);
        project.git(&["init", "--quiet", "--initial-branch", "main"])?;
        Ok(project)
    }

    fn git(&self, arguments: &[&str]) -> Result<(), Failed> {
        let author = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"];
        let output = Command::new("git")
            .args(author)
            .args(arguments)
            .current_dir(&self.0)
            .env("GIT_COMMITTER_DATE", "2030-01-01T00:00:00Z")
            .output()?;
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() { Ok(()) } else { Err(errors.into()) }
    }

    fn commit(&self, figures: &str, changelog: &str) -> Result<(), Failed> {
        fs::write(self.0.join(FIGURES), figures)?;
        fs::write(self.0.join("CHANGELOG.md"), changelog)?;
        self.git(&["add", "."])?;
        self.git(&["commit", "--quiet", "--message", "Change something"])
    }

    fn check(&self) -> Result<Output, Failed> {
        Ok(Command::new("bash").arg(".ci/figures").current_dir(&self.0).output()?)
    }

    fn passes(&self) -> Result<(), Failed> {
        let output = self.check()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() { Ok(()) } else { Err(said.into()) }
    }

    fn fails(&self, line: &str) -> Result<(), Failed> {
        let output = self.check()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() && said.contains(line) { Ok(()) } else { Err(said.into()) }
    }
}

fn rises_are_seen() -> Result<(), Failed> {
    let project = Project::new()?;
    project.commit("a: step 100 instructions, stack 8\nb k3: step 7\n", "")?;
    project.commit("a: step 90 instructions, stack 8\nb k3: step 7\n", "")?;
    project.commit("b k3: step 7\nb k5: step 9\na: step 90 instructions, stack 8\n", "")?;
    project.passes()?;
    project.commit("a: step 91 instructions, stack 8\nb k3: step 7\n", "One more.")?;
    project.passes()?;

    // On a branch, and then by the merge.
    project.git(&["checkout", "--quiet", "-b", "branch"])?;
    project.commit("a: step 91 instructions, stack 12\nb k3: step 7\n", "One more.")?;
    project.fails("figures.out rose to: a: step 91 instructions, stack 12")?;
    fs::write(project.0.join("CHANGELOG.md"), "One more, and its stack.")?;
    project.git(&["commit", "--quiet", "--all", "--amend", "--message", "A"])?;
    project.passes()?;
    project.git(&["checkout", "--quiet", "main"])?;
    project.git(&["merge", "--quiet", "--no-ff", "--message", "Merge", "branch"])?;
    project.passes()
}
