//! Files inside a jail: opened folder by folder without following a link, so that no trick with `..` or links, not even
//! one played while we look, leads out.

use std::{
    fs::File,
    io::{self, Read as _, Write as _},
    os::fd::OwnedFd,
    path::{Component, Path, PathBuf},
};

use rustix::{
    fs::{CWD, Mode, OFlags, mkdirat, openat},
    io::Errno,
};

/// Largest file that is read or written for an agent: it goes as one line through a pipe.
const LARGEST_FILE: u64 = 1024 * 1024;
/// Folders that a path may lead through.
const DEEPEST: usize = 64;

const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
/// Without `NONBLOCK`, opening a named pipe would wait for its other end.
const FILE: OFlags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

/// Why a file was not read or written, in words for the agent.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::acp) enum Refusal {
    /// There is none.
    NotFound,
    /// Not allowed, or not possible.
    Refused(&'static str),
}

impl From<io::Error> for Refusal {
    fn from(fault: io::Error) -> Self {
        match fault.kind() {
            io::ErrorKind::NotFound => Self::NotFound,
            io::ErrorKind::InvalidData => Self::Refused("the file is no text"),
            _ => Self::Refused("the file cannot be opened"),
        }
    }
}

impl From<Errno> for Refusal {
    fn from(fault: Errno) -> Self {
        match fault {
            Errno::LOOP | Errno::NOTDIR => {
                Self::Refused("the path leads through a link, or through something that is no folder")
            }
            fault => io::Error::from(fault).into(),
        }
    }
}

/// The files of one jail.
#[derive(Debug, Clone)]
pub(in crate::acp) struct Files {
    root: PathBuf,
}

impl Files {
    pub fn of(root: PathBuf) -> Self {
        Self { root }
    }

    /// The text of a file, or `limit` lines of it from the 1-based `line`.
    pub fn read(&self, path: &str, line: Option<u64>, limit: Option<u64>) -> Result<String, Refusal> {
        let (folder, name) = self.folder_of(path, false)?;
        let mut file = File::from(openat(&folder, name, FILE | OFlags::RDONLY, Mode::empty())?);
        let about = file.metadata()?;
        if !about.is_file() {
            return Err(Refusal::Refused("this is no file"));
        }
        let mut text = String::new();
        // One byte more than allowed: it may have grown since.
        (&mut file).take(LARGEST_FILE + 1).read_to_string(&mut text)?;
        if text.len() as u64 > LARGEST_FILE {
            return Err(Refusal::Refused("the file is larger than 1 MiB"));
        }
        if line.is_none() && limit.is_none() {
            return Ok(text);
        }
        let skipped = usize::try_from(line.unwrap_or(1).saturating_sub(1)).unwrap_or(usize::MAX);
        let taken = usize::try_from(limit.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
        Ok(text.split_inclusive('\n').skip(skipped).take(taken).collect())
    }

    /// Writes a file, and makes the folders that lead to it.
    pub fn write(&self, path: &str, text: &str) -> Result<(), Refusal> {
        if text.len() as u64 > LARGEST_FILE {
            return Err(Refusal::Refused("the text is larger than 1 MiB"));
        }
        let (folder, name) = self.folder_of(path, true)?;
        let mode = Mode::RUSR | Mode::WUSR;
        // Emptied only when it is known to be a file.
        let mut file = File::from(openat(&folder, name, FILE | OFlags::WRONLY | OFlags::CREATE, mode)?);
        if !file.metadata()?.is_file() {
            return Err(Refusal::Refused("this is no file"));
        }
        file.set_len(0)?;
        Ok(file.write_all(text.as_bytes())?)
    }

    /// Opens the folder that a file lies in.
    fn folder_of<'p>(&self, path: &'p str, make: bool) -> Result<(OwnedFd, &'p std::ffi::OsStr), Refusal> {
        let outside = Refusal::Refused("only files in the folder of this room can be used");
        let Ok(inside) = Path::new(path).strip_prefix(&self.root) else { return Err(outside) };
        let mut names = Vec::new();
        for component in inside.components() {
            let Component::Normal(name) = component else { return Err(outside) };
            names.push(name);
        }
        let Some(file) = names.pop() else { return Err(Refusal::Refused("this is no file")) };
        if names.len() > DEEPEST {
            return Err(Refusal::Refused("the path is too deep"));
        }
        let mut folder = openat(CWD, &self.root, FOLDER, Mode::empty())?;
        for name in names {
            if make {
                match mkdirat(&folder, name, Mode::RWXU) {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(fault) => return Err(fault.into()),
                }
            }
            folder = openat(&folder, name, FOLDER, Mode::empty())?;
        }
        Ok((folder, file))
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink, process::Command};

    use tempfile::TempDir;

    use super::*;

    struct Jail {
        folder: TempDir,
        files: Files,
    }

    impl Jail {
        fn new() -> Self {
            let folder = TempDir::new().unwrap();
            let root = folder.path().canonicalize().unwrap().join("room");
            fs::create_dir(&root).unwrap();
            fs::write(folder.path().join("secret"), "secret").unwrap();
            Self { files: Files::of(root), folder }
        }

        fn path(&self, inside: &str) -> String {
            format!("{}/{inside}", self.files.root.display())
        }

        fn read(&self, inside: &str) -> Result<String, Refusal> {
            self.files.read(&self.path(inside), None, None)
        }
    }

    #[test]
    fn what_was_written_is_read_whole_or_by_lines() {
        let jail = Jail::new();
        jail.files.write(&jail.path("a/b/c.txt"), "one\ntwo\nthree").unwrap();
        assert_eq!(jail.read("a/b/c.txt").unwrap(), "one\ntwo\nthree");
        let lines = |line, limit| jail.files.read(&jail.path("a/b/c.txt"), line, limit).unwrap();
        assert_eq!(lines(Some(2), None), "two\nthree");
        assert_eq!(lines(Some(2), Some(1)), "two\n");
        assert_eq!(lines(Some(9), Some(u64::MAX)), "");
        jail.files.write(&jail.path("a/b/c.txt"), "4").unwrap();
        assert_eq!(jail.read("a/b/c.txt").unwrap(), "4");
        assert_eq!(jail.read("a/none"), Err(Refusal::NotFound));
    }

    #[test]
    fn no_path_leads_out() {
        let jail = Jail::new();
        let root = &jail.files.root;
        symlink(jail.folder.path().join("secret"), root.join("file-link")).unwrap();
        symlink(jail.folder.path(), root.join("folder-link")).unwrap();
        symlink("loop", root.join("loop")).unwrap();
        let inside =
            ["../secret", "a/../../secret", "file-link", "folder-link/secret", "loop", "", ".", "a\0b"];
        let paths = inside.map(|path| jail.path(path));
        let outside = ["/etc/passwd", "secret", "../secret", ""].map(str::to_owned);
        let sibling = [format!("{}-other/secret", root.display())];
        for path in paths.iter().chain(&outside).chain(&sibling) {
            assert!(jail.files.read(path, None, None).is_err(), "{path} was read");
            assert!(jail.files.write(path, "changed").is_err(), "{path} was written");
        }
        assert_eq!(fs::read_to_string(jail.folder.path().join("secret")).unwrap(), "secret");
    }

    #[test]
    fn what_is_no_text_file_is_refused_at_once() {
        let jail = Jail::new();
        let root = &jail.files.root;
        assert!(Command::new("mkfifo").arg(root.join("pipe")).status().unwrap().success());
        fs::create_dir(root.join("folder")).unwrap();
        fs::write(root.join("image"), [0xff, 0xfe]).unwrap();
        fs::write(root.join("large"), vec![b'x'; 1024 * 1024 + 1]).unwrap();
        for name in ["pipe", "folder", "image", "large"] {
            assert!(matches!(jail.read(name), Err(Refusal::Refused(_))), "{name}");
        }
        assert!(jail.files.write(&jail.path("pipe"), "x").is_err());
        assert!(jail.files.write(&jail.path("new"), &"x".repeat(1024 * 1024 + 1)).is_err());
    }
}
