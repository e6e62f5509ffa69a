using System.Globalization;
using System.Text;
using TraceFast.Data;

namespace TraceFast.Cli;

/// <summary>
/// What a command reads and writes. Results go to <see cref="Output"/> where programs read them (JSON, ids), to <see cref="Text"/> where
/// people do; every other line for people goes to <see cref="Log"/>, so that a program may read the output whatever is logged. Control
/// characters in what people read are escaped.
/// </summary>
public sealed class CommandStreams : IDisposable
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public CommandStreams(Stream input, Stream output, TextWriter log)
    {
        Input = input;
        Output = new StreamWriter(output, s_utf8, bufferSize: 1 << 16) { NewLine = "\n" };
        Text = new TerminalTextWriter(Output);
        Log = new TerminalTextWriter(log);
        IsConsole = ReferenceEquals(log, Console.Error);
    }

    public Stream Input { get; }

    /// <summary>The output as it is.</summary>
    public TextWriter Output { get; }

    /// <summary>The output, for people.</summary>
    public TextWriter Text { get; }

    public TextWriter Log { get; }

    /// <summary>
    /// Columns that <see cref="Text"/> has for a line; where it is no terminal, as many as a line needs, unless COLUMNS says how many.
    /// </summary>
    public int Width { get; private init; } = int.MaxValue;

    /// <summary>Whether the log is this process's standard error.</summary>
    public bool IsConsole { get; }

    public static CommandStreams Standard() =>
        new(Console.OpenStandardInput(), new StandardOutput(), Console.Error) { Width = ColumnsOf() };

    private static int ColumnsOf()
    {
        const int Narrowest = 40;
        int columns = !Console.IsOutputRedirected ? Console.WindowWidth
            : int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out int set)
            ? set : int.MaxValue;
        return Math.Max(columns, Narrowest);
    }

    /// <summary>Output that could not be written was reported when the command ended.</summary>
    public void Dispose()
    {
        try
        {
            Output.Dispose();
        }
        catch (IOException)
        {
        }
    }
}
