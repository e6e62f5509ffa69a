using TraceFast.Endpoint.Asking;
using TraceFast.Evaluation.Judging;

namespace TraceFast.Evaluation;

/// <summary>A benchmark: gives its prompts, reads a file of responses and scores it.</summary>
public interface IBench
{
    /// <summary>The prompts, so that a model's responses to them can be decoded and scored.</summary>
    /// <exception cref="InputException">The benchmark's own file is not named or cannot be read, or a judge is needed to score the
    /// responses and none is named.</exception>
    IReadOnlyList<BenchPrompt> Prompts();

    /// <summary>Scores every response of a file, in order.</summary>
    /// <exception cref="InputException">The file, or a line of it, is not what the benchmark reads; names file and line.</exception>
    Task<BenchResult> ScoreAsync(string responses, CancellationToken interrupt);
}

/// <summary>A prompt of a benchmark.</summary>
/// <param name="Id">Its response carries it as "id".</param>
/// <param name="Messages">Ends with the user's message.</param>
public sealed record BenchPrompt(string Id, IReadOnlyList<Message> Messages)
{
    /// <summary>A prompt of one turn.</summary>
    public static BenchPrompt Of(string id, string instruction) => new(id, [new Message(Role.User, instruction)]);

    /// <summary>The file that holds a benchmark's prompts.</summary>
    /// <exception cref="InputException">None is named.</exception>
    internal static string DataOf(string? data) =>
        data ?? throw new InputException("the benchmark's prompts are missing; add --data with its own file");
}

/// <summary>What commands know of a benchmark; its class declares one as the static property <c>Info</c>.</summary>
/// <param name="Name">As <c>--bench</c> names it.</param>
/// <param name="ReadPrompts">All prompts of the benchmark's own file or folder.</param>
/// <param name="IsRecord">Whether the first record of a file is one of the benchmark's own file.</param>
public sealed record BenchInfo(
    string Name, Func<JudgeSettings, IBench> Create, Func<string, IReadOnlyList<BenchPrompt>> ReadPrompts, Func<JsonLine, bool> IsRecord)
{
    /// <summary>Whether a folder is the benchmark's data.</summary>
    public Func<string, bool> IsFolder { get; init; } = _ => false;

    /// <summary>The prompts for its judge; none where a program decides everything.</summary>
    public IReadOnlyList<PromptName> JudgePrompts { get; init; } = [];

    public bool IsJudged => JudgePrompts.Count > 0;
}

/// <summary>All benchmarks: every class of this project that implements <see cref="IBench"/>.</summary>
public static class Benches
{
    /// <summary>By name.</summary>
    public static IReadOnlyList<BenchInfo> All { get; } =
    [
        .. typeof(Benches).Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IBench)))
            .Select(t => (BenchInfo)t.GetProperty("Info")!.GetValue(null)!).OrderBy(b => b.Name, StringComparer.Ordinal),
    ];

    /// <summary>The prompts for the judges of all benchmarks.</summary>
    public static IReadOnlyList<PromptName> JudgePrompts { get; } = [.. All.SelectMany(b => b.JudgePrompts)];

    /// <exception cref="KeyNotFoundException">There is no benchmark of this name.</exception>
    public static BenchInfo Get(string name) =>
        All.FirstOrDefault(b => b.Name == name) ?? throw new KeyNotFoundException($"there is no benchmark {name}");

    /// <summary>The benchmark whose own file or folder this is; null where it is none, or holds answers to train on.</summary>
    public static BenchInfo? OfFile(string path) =>
        Directory.Exists(path) ? All.FirstOrDefault(b => b.IsFolder(path))
        : File.Exists(path) && FirstRecord(path) is { } first ? All.FirstOrDefault(b => b.IsRecord(first))
        : null;

    /// <summary>Null where there is none, or it is damaged: reading the whole file reports what is wrong with it.</summary>
    private static JsonLine? FirstRecord(string path)
    {
        try
        {
            return JsonLines.Read(path).FirstOrDefault();
        }
        catch (InputException)
        {
            return null;
        }
    }
}
