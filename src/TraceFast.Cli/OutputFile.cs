using System.Text;
using TraceFast.Data.Files;

namespace TraceFast.Cli;

/// <summary>
/// Writes a text that a command was asked for into a file, whole or not at all; the folder is made where it is absent. Whether it may be
/// written is <see cref="OutputCheck"/>'s to say, before.
/// </summary>
internal static class OutputFile
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static void Write(string path, string text) => Write(path, writer => writer.Write(text));

    public static void Write(string path, Action<TextWriter> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        AtomicFile.Write(path, stream =>
        {
            using StreamWriter writer = new(stream, s_utf8, leaveOpen: true) { NewLine = "\n" };
            write(writer);
        });
    }
}
