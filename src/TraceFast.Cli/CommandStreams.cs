using System.Text;

namespace TraceFast.Cli;

/// <summary>
/// What a command reads and writes. Results go to <see cref="Output"/>, every line for people to <see cref="Log"/>,
/// so that a program may read the output whatever is logged.
/// </summary>
public sealed class CommandStreams(Stream input, Stream output, TextWriter log) : IDisposable
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public Stream Input { get; } = input;

    public TextWriter Output { get; } = new StreamWriter(output, s_utf8, bufferSize: 1 << 16) { NewLine = "\n" };

    public TextWriter Log { get; } = log;

    public static CommandStreams Standard() =>
        new(Console.OpenStandardInput(), Console.OpenStandardOutput(), Console.Error);

    public void Dispose() => Output.Dispose();
}
