using System.Runtime.InteropServices;
using TraceFast.Data;

namespace TraceFast.Cli.Tests;

/// <summary>What ends a command, as an exit code and lines.</summary>
public sealed class FailuresTests
{
    public static TheoryData<Exception, int, string> Ends => new()
    {
        { new IOException("x", 28), 3, "error: no space is left on the device" },
        { new IOException("x", 24), 3, "error: too many files are open for one process" },
        { new IOException("x", 27), 3, "error: the file would be larger than the limit" },
        { new ArgumentOutOfRangeException("value", "Specified file length was too large for the file system."), 3,
            "error: the file would be larger than the limit" },
        { new IOException("x", 122), 3, "error: the disk quota is used up" },
        { new UnauthorizedAccessException("x", new IOException("y", 30)), 3, "error: the file system is read-only" },
        { new IOException("there is no such thing"), 2, "error: there is no such thing" },
        { new UnauthorizedAccessException("not yours"), 2, "error: not yours" },
        { new AggregateException(new IOException("x", 28)), 3, "error: no space is left" },
        { new AggregateException(new InputException("a.jsonl:3: what")), 2, "error: a.jsonl:3: what" },
        { new TypeInitializationException("T", new DllNotFoundException("libx.so")), 3, "error: a native library is missing: libx.so" },
        { new InsufficientMemoryException(), 3, "error: the machine has no memory left" },
        { new NativeException(
            "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 99 bytes.\n"
                + " at ..."), 3, "error: the machine has no memory left" },
        { new System.ComponentModel.Win32Exception(24), 3, "error: too many files are open" },
        { new OperationCanceledException(), 130, "interrupted" },
        { new InvalidCastException("what\nnobody foresaw"), 1,
            "error: this is a fault of the program, not of its input: InvalidCastException: what; set TRACEFAST_TRACE=1" },
    };

    private sealed class NativeException(string message) : ExternalException(message);

    [Theory]
    [MemberData(nameof(Ends))]
    public void Each_is_one_line_and_a_code(Exception exception, int code, string line)
    {
        (int found, string log) = Report(exception);
        Assert.Equal(code, found);
        Assert.StartsWith(line, log, StringComparison.Ordinal);
        Assert.Single(log.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void A_reader_that_is_gone_is_no_failure() => Assert.Equal((0, ""), Report(new IOException("Broken pipe", 32)));

    [Fact]
    public void Several_mistakes_are_a_line_each() =>
        Assert.Equal((2, "error: a\\nb\nc\n"), Report(new InputException(["a\nb", "c"])));

    [Fact]
    public void A_fault_says_where_if_it_is_asked_to()
    {
        string? before = Environment.GetEnvironmentVariable(Failures.TraceVariable);
        Environment.SetEnvironmentVariable(Failures.TraceVariable, "1");
        try
        {
            throw new InvalidCastException("made by the test");
        }
        catch (InvalidCastException e)
        {
            Assert.Contains(
                $"   at {typeof(FailuresTests).FullName}.{nameof(A_fault_says_where_if_it_is_asked_to)}", Report(e).Log,
                StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Failures.TraceVariable, before);
        }
    }

    private static (int Code, string Log) Report(Exception exception)
    {
        using StringWriter log = new() { NewLine = "\n" };
        using CommandStreams streams = new(Stream.Null, Stream.Null, log);
        return (Failures.Report(exception, streams), log.ToString());
    }
}
