using System.Diagnostics;
using System.Globalization;
using TraceFast.Endpoint;
using TraceFast.Endpoint.Asking;
using TraceFast.Evaluation.Judging;

namespace TraceFast.Cli;

/// <summary>A server that a command asks, and what it says about it: a line now and then, the calls at the end.</summary>
internal sealed class JudgeSession : IProgress<JudgeProgress>, IDisposable
{
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(10);
    private readonly ChatClient _client;
    private readonly TextWriter _log;
    private readonly Lock _gate = new();
    private long _said = Stopwatch.GetTimestamp();

    public JudgeSession(ChatClient client, PromptLibrary prompts, double? temperature, EndpointOptions options, TextWriter log)
    {
        _client = client;
        _log = log;
        Options = options;
        Judge = new StructuredChat(client, prompts, temperature);
    }

    public StructuredChat Judge { get; }

    public EndpointOptions Options { get; }

    /// <summary>Who was asked and what it took, for a report.</summary>
    public IReadOnlyList<(string What, string Value)> Account() =>
        [("judge", Options.Model), ("judge's calls", _client.Report().ToString())];

    public void Report(JudgeProgress value)
    {
        lock (_gate)
        {
            if (Stopwatch.GetElapsedTime(_said) < s_between || value.Done == value.All)
                return;
            _said = Stopwatch.GetTimestamp();
            _log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{value.Done} of {value.All} records; {_client.Report()}"));
        }
    }

    /// <summary>Says what the calls took, whatever ended the run.</summary>
    public void Dispose()
    {
        _log.WriteLine($"{Options.Model}: {_client.Report()}");
        _client.Dispose();
    }
}
