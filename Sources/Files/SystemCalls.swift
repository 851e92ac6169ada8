#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The system's text for the current `errno`.
package func systemErrorText(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }

/// Takes the lock of an open file, which the system releases when the process dies.
///
/// - Returns: whether nobody else has it.
/// - Throws: ``FilesError/cannotWrite(path:action:reason:)`` where the file system has no locks.
package func lockAlone(_ descriptor: Int32, path: String) throws(FilesError) -> Bool {
  if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
  let problem = errno
  if problem == EWOULDBLOCK { return false }
  throw .cannotWrite(path: path, action: "lock", reason: systemErrorText(problem))
}

/// Writes all bytes to a descriptor; interrupted and short writes are continued.
///
/// - Returns: 0, or the `errno` of the failure.
package func writeFully(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
  guard let base = bytes.baseAddress else { return 0 }
  var done = 0
  while done < bytes.count {
    let written = write(descriptor, base + done, min(bytes.count - done, 1 << 30))
    if written > 0 {
      done += written
    } else if written == 0 {
      return EIO
    } else if errno != EINTR {
      return errno
    }
  }
  return 0
}

/// Fills `bytes` from a position of a file; interrupted and short reads are continued.
///
/// - Returns: 0, the `errno` of the failure, or `EIO` when the file ends too early.
package func readFully(_ bytes: UnsafeMutableRawBufferPointer, from descriptor: Int32, at offset: Int)
  -> Int32
{
  guard let base = bytes.baseAddress else { return 0 }
  var done = 0
  while done < bytes.count {
    let received = pread(descriptor, base + done, min(bytes.count - done, 1 << 30), off_t(offset + done))
    if received > 0 {
      done += received
    } else if received == 0 {
      return EIO
    } else if errno != EINTR {
      return errno
    }
  }
  return 0
}

/// Flushes a descriptor to the device; 0 or the `errno`.
package func synchronize(_ descriptor: Int32) -> Int32 {
  while fsync(descriptor) != 0 {
    if errno != EINTR { return errno }
  }
  return 0
}

/// Kind of the file that a path leads to, in words; `nil` when nothing is there.
package func fileKind(at path: String) -> (isRegular: Bool, words: String)? {
  var status = stat()
  if stat(path, &status) != 0 {
    // A dangling or looping link is there, but leads nowhere; replacing it is safe.
    return nil
  }
  switch status.st_mode & S_IFMT {
  case S_IFREG: return (true, "a file")
  case S_IFDIR: return (false, "a directory")
  case S_IFIFO: return (false, "a pipe")
  case S_IFSOCK: return (false, "a socket")
  default: return (false, "a device")
  }
}
