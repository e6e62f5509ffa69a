using System.Diagnostics;
using TraceFast.Endpoint;
using TraceFast.Endpoint.Asking;
using TraceFast.Evaluation.Judging;
using TraceFast.Models.Files;

namespace TraceFast.Cli;

/// <summary>The options of commands that ask a model behind an OpenAI-compatible server.</summary>
/// <param name="names">The prompts that the command uses.</param>
internal sealed class JudgeOptions(IReadOnlyList<PromptName> names)
{
    private readonly Option<string?> _url = new("--judge")
    {
        Description = "base URL of an OpenAI-compatible server, for example http://localhost:8000/v1; "
            + $"its key is read from the environment ({string.Join(" or ", EndpointOptions.KeyVariables)})",
    };
    private readonly Option<string?> _model = new("--judge-model") { Description = "the model's name on that server" };
    private readonly Option<int> _concurrency = NumberOptions.Whole("--concurrency", "concurrent calls", 8, least: 1, most: 10_000);
    private readonly Option<double> _timeout = NumberOptions.Real("--timeout", "seconds for one call", 300, least: 0.01, most: 86_400);
    private readonly Option<int> _retries = NumberOptions.Whole(
        "--retries", "retries of a call that fails temporarily", 6, least: 0, most: 1000);
    private readonly Option<string> _temperature = new("--judge-temperature") { Description = "of judgements; none: the server's default",
        DefaultValueFactory = _ => "0" };
    private readonly Option<string?> _cache = new("--cache")
    {
        Description = "folder of cached answers, so that a run resumes where it stopped (default: answers in TRACEFAST_CACHE, or "
            + "tracefast/answers in the user's cache folder; none: no cache)",
    };
    private readonly Option<string?> _prompts = new("--prompts")
    {
        Description = "folder with prompts in place of this program's own: files of the same names",
    };
    private readonly Option<string?> _price = new("--price")
    {
        Description = "price of a million prompt and of a million completion tokens, for example 2.5,10",
    };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _url, _model, _concurrency, _timeout, _retries, _temperature, _cache, _prompts, _price })
            command.Options.Add(option);
    }

    /// <summary>Adds the inputs.</summary>
    public OutputCheck AddInputs(ParseResult parsed, OutputCheck outputs) => outputs.Reads("--prompts", parsed.GetValue(_prompts));

    /// <summary>The server that the command line names; null: none.</summary>
    /// <exception cref="InputException">An option is missing or invalid.</exception>
    public JudgeSession? Open(ParseResult parsed, TextWriter log)
    {
        if (parsed.GetValue(_url) is not { } url)
        {
            if (parsed.GetValue(_model) is not null)
                throw new InputException("--judge-model is given without a server; add --judge URL");
            return null;
        }

        string model = parsed.GetValue(_model)
            ?? throw new InputException("--judge is given without a model; add --judge-model NAME");
        (double? prompt, double? completion) = Price(parsed.GetValue(_price));
        EndpointOptions options = new()
        {
            BaseUrl = url,
            Model = model,
            Concurrency = parsed.GetValue(_concurrency),
            Retries = parsed.GetValue(_retries),
            CallTimeout = TimeSpan.FromSeconds(parsed.GetValue(_timeout)),
            PromptPricePerMillion = prompt,
            CompletionPricePerMillion = completion,
        };
        PromptLibrary prompts = PromptLibrary.Load(names, parsed.GetValue(_prompts));
        double? temperature = Temperature(parsed.GetValue(_temperature)!);
        return new JudgeSession(new ChatClient(options, CacheOf(parsed.GetValue(_cache), log)), prompts, temperature, options, log);
    }

    private static double? Temperature(string text)
    {
        if (text == "none")
            return null;
        return double.TryParse(text, CultureInfo.InvariantCulture, out double value) && value is >= 0 and <= 10
            ? value
            : throw new InputException($"--judge-temperature is \"{text}\", not a number from 0 or none");
    }

    private static AnswerCache? CacheOf(string? folder, TextWriter log) => folder switch
    {
        "none" => null,
        null => new AnswerCache(CacheFolder.Writable("answers", log.WriteLine)),
        _ => new AnswerCache(folder),
    };

    private static (double? Prompt, double? Completion) Price(string? text)
    {
        if (text is null)
            return (null, null);
        string[] parts = text.Split(',');
        if (parts.Length == 2 && double.TryParse(parts[0], CultureInfo.InvariantCulture, out double prompt)
            && double.TryParse(parts[1], CultureInfo.InvariantCulture, out double completion)
            && prompt >= 0 && completion >= 0 && double.IsFinite(prompt + completion))
            return (prompt, completion);
        throw new InputException(
            $"--price is \"{text}\", not two numbers such as 2.5,10 (a million prompt tokens, a million completion tokens)");
    }
}

/// <summary>The judge of a command: logs its progress every 10 s, and the usage at the end.</summary>
internal sealed class JudgeSession : IProgress<JudgeProgress>, IDisposable
{
    private static readonly TimeSpan s_logInterval = TimeSpan.FromSeconds(10);
    private readonly ChatClient _client;
    private readonly TextWriter _log;
    private readonly Lock _gate = new();
    private long _logged = Stopwatch.GetTimestamp();

    public JudgeSession(ChatClient client, PromptLibrary prompts, double? temperature, EndpointOptions options, TextWriter log)
    {
        _client = client;
        _log = log;
        Options = options;
        Judge = new StructuredChat(client, prompts, temperature);
    }

    public StructuredChat Judge { get; }

    public EndpointOptions Options { get; }

    /// <summary>The model and its calls, for a report.</summary>
    public IReadOnlyList<(string What, string Value)> Usage() =>
        [("judge", Options.Model), ("judge's calls", _client.Report().ToString())];

    public void Report(JudgeProgress value)
    {
        lock (_gate)
        {
            if (Stopwatch.GetElapsedTime(_logged) < s_logInterval || value.Done == value.All)
                return;
            _logged = Stopwatch.GetTimestamp();
            _log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{value.Done} of {value.All} records; {_client.Report()}"));
        }
    }

    /// <summary>Logs the usage, however the run ended.</summary>
    public void Dispose()
    {
        _log.WriteLine($"{Options.Model}: {_client.Report()}");
        _client.Dispose();
    }
}
