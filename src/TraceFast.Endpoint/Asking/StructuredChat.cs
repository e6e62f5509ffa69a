using System.Globalization;
using System.Text.RegularExpressions;

namespace TraceFast.Endpoint.Asking;

/// <summary>
/// Asks a model for answers in a given format. An answer is parsed strictly; one in another format is re-prompted once with the format that
/// is expected; what then still has another format, or no answer at all, is undecided. Thread-safe.
/// </summary>
/// <param name="temperature">For questions that do not set their own; null: none is sent (some models refuse it).</param>
public sealed partial class StructuredChat(IChatEndpoint endpoint, PromptLibrary prompts, double? temperature = 0)
{
    private int _decided, _repaired, _undecided;

    public PromptLibrary Prompts { get; } = prompts;

    /// <summary>Answers that were parsed, including those after a re-prompt.</summary>
    public int Decided => _decided;

    /// <summary>Answers that were parsed only after a re-prompt.</summary>
    public int Repaired => _repaired;

    public int Undecided => _undecided;

    /// <exception cref="EndpointException">No further call will be answered either (wrong key or address, server down).</exception>
    public Task<ParsedResponse<T>> AskAsync<T>(string prompt, ResponseFormat<T> format, CancellationToken cancel)
        where T : class => AskAsync(ChatRequest.Of(prompt) with { Temperature = temperature }, format, cancel);

    /// <inheritdoc cref="AskAsync{T}(string, ResponseFormat{T}, CancellationToken)"/>
    public async Task<ParsedResponse<T>> AskAsync<T>(ChatRequest request, ResponseFormat<T> format, CancellationToken cancel)
        where T : class
    {
        ParsedResponse<T> answer = await DecideAsync(request, format, cancel).ConfigureAwait(false);
        Interlocked.Increment(ref answer.IsDecided ? ref _decided : ref _undecided);
        return answer;
    }

    private async Task<ParsedResponse<T>> DecideAsync<T>(ChatRequest request, ResponseFormat<T> format, CancellationToken cancel)
        where T : class
    {
        string rawText = "";
        try
        {
            ChatAnswer first = await endpoint.AskAsync(request, cancel).ConfigureAwait(false);
            rawText = first.Text;
            if (Parse(first, format) is { } value)
                return new ParsedResponse<T>(value, rawText);
            string rePrompt = Prompts.Get(PromptName.Repair).Fill(("format", format.Expected));
            ChatAnswer second = await endpoint.AskAsync(request.Then(rawText, rePrompt), cancel).ConfigureAwait(false);
            rawText = second.Text;
            if (Parse(second, format) is { } repaired)
            {
                Interlocked.Increment(ref _repaired);
                return new ParsedResponse<T>(repaired, rawText);
            }

            return new ParsedResponse<T>(
                null, rawText,
                second.IsCut
                    ? "the model's answer was cut off at its token limit"
                    : $"the model's answer does not have the format asked for ({format.Expected})");
        }
        catch (EndpointException e) when (e is EndpointRefusedException or EndpointUnavailableException or EndpointProtocolException)
        {
            return new ParsedResponse<T>(null, rawText, $"the model gave no answer: {e.Message}") { IsAnswered = false };
        }
    }

    private static T? Parse<T>(ChatAnswer answer, ResponseFormat<T> format)
        where T : class => answer.IsCut ? null : format.Parse(ReasoningBlock().Replace(answer.Text, ""));

    /// <summary>The reasoning block before the answer, where the server leaves it in the text.</summary>
    [GeneratedRegex(@"\A\s*<think>.*?</think>\s*", RegexOptions.Singleline)]
    private static partial Regex ReasoningBlock();
}

/// <summary>The format that an answer must have.</summary>
/// <param name="Parse">The value that an answer holds; null: it has another format. Strict: an ambiguous answer is not parsed.</param>
/// <param name="Expected">The format in words, for the re-prompt: "the last line is VERDICT: YES or VERDICT: NO".</param>
public sealed record ResponseFormat<T>(Func<string, T?> Parse, string Expected)
    where T : class;

/// <summary>A model's answer to a question that asks for a format.</summary>
/// <param name="Value">The parsed value; null: undecided, no answer has the format.</param>
/// <param name="RawText">The last answer, unparsed; empty where there was none.</param>
/// <param name="Reason">Why it is undecided.</param>
public sealed record ParsedResponse<T>(T? Value, string RawText, string Reason = "")
    where T : class
{
    private const int ShownCharacters = 4000;

    /// <summary>The raw text for a report: trimmed, and cut where it is long.</summary>
    public string Shown => RawText.Trim() is { Length: > ShownCharacters } text ? text[..ShownCharacters] + " ..." : RawText.Trim();

    public bool IsDecided => Value is not null;

    /// <summary>The model answered, in whatever format; false: the endpoint gave no answer.</summary>
    public bool IsAnswered { get; init; } = true;
}

/// <summary>The formats of a judge's verdicts.</summary>
public static partial class VerdictFormats
{
    /// <summary>The last line is "VERDICT: YES" or "VERDICT: NO"; no other line has another verdict.</summary>
    public static ResponseFormat<Verdicts> One { get; } = new(ParseOne, "the last line is exactly VERDICT: YES or VERDICT: NO");

    /// <summary>The last lines are "1: YES", "2: NO" ... up to <paramref name="count"/>.</summary>
    public static ResponseFormat<Verdicts> Numbered(int count) =>
        new(text => ParseNumbered(text, count),
            $"the last {count} lines are exactly of the form N: YES or N: NO, for N from 1 to {count}, in this order");

    /// <summary>The last lines are "1: 7", "2: 10" ... up to <paramref name="count"/>, each from 0 to <paramref name="most"/>.</summary>
    public static ResponseFormat<Grades> Graded(int count, int most) =>
        new(text => ParseGrades(text, count, most),
            $"the last {count} lines are exactly of the form N: S, for N from 1 to {count}, in this order, S a whole number from 0 to {most}");

    private static Verdicts? ParseOne(string text)
    {
        string[] lines = Lines(text);
        if (lines.Length == 0)
            return null;
        bool? last = VerdictOf(lines[^1]);
        return last is { } verdict && lines.All(l => VerdictOf(l) is not { } other || other == verdict) ? new Verdicts([verdict]) : null;
    }

    private static bool? VerdictOf(string line) =>
        VerdictLine().Match(line) is { Success: true } match ? match.Groups[1].Value == "YES" : null;

    private static Verdicts? ParseNumbered(string text, int count) =>
        LastNumbered(text, count, NumberedLine()) is { } answers ? new Verdicts([.. answers.Select(a => a == "YES")]) : null;

    private static Grades? ParseGrades(string text, int count, int most) =>
        LastNumbered(text, count, GradeLine()) is { } answers && answers.Select(Number).ToArray() is var grades
            && Array.TrueForAll(grades, g => g <= most) ? new Grades(grades) : null;

    private static int Number(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);

    /// <summary>What stands behind the numbers 1 to <paramref name="count"/> of the last lines; null: they are none, or there are more.</summary>
    private static string[]? LastNumbered(string text, int count, Regex line)
    {
        string[] lines = Lines(text);
        if (lines.Length < count || (lines.Length > count && line.IsMatch(lines[^(count + 1)])))
            return null;
        Match[] matches = [.. lines.TakeLast(count).Select(l => line.Match(l))];
        return matches.Index().All(m => m.Item.Success && m.Item.Groups[1].Value == (m.Index + 1).ToString(CultureInfo.InvariantCulture))
            ? [.. matches.Select(m => m.Groups[2].Value)] : null;
    }

    /// <summary>The lines that are not blank, without Markdown's bold marks around them.</summary>
    private static string[] Lines(string text) => [.. text.Split('\n').Select(l => l.Trim().Trim('*').Trim()).Where(l => l.Length > 0)];

    [GeneratedRegex(@"\AVERDICT[:：]\s*(YES|NO)\.?\z")]
    private static partial Regex VerdictLine();

    [GeneratedRegex(@"\A([0-9]{1,3})[:：.]\s*(YES|NO)\.?\z")]
    private static partial Regex NumberedLine();

    [GeneratedRegex(@"\A([0-9]{1,3})[:：.]\s*([0-9]{1,3})\.?\z")]
    private static partial Regex GradeLine();
}

/// <summary>How well each of several constraints is obeyed, in order.</summary>
public sealed record Grades(IReadOnlyList<int> Of);

/// <summary>Whether each of several constraints is obeyed, in order.</summary>
public sealed record Verdicts(IReadOnlyList<bool> Obeyed);
