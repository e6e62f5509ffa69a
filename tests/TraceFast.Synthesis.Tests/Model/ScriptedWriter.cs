using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using TraceFast.Constraints;
using TraceFast.Constraints.Templates;
using TraceFast.Constraints.Types;
using TraceFast.Tests;

namespace TraceFast.Synthesis.Tests.Model;

/// <summary>What the scripted server says to each prompt of the pipeline: a dull model that can obey a handful of types.</summary>
internal static partial class ScriptedWriter
{
    private static readonly string[] s_words =
        ["river", "bridge", "stone", "water", "village", "summer", "market", "garden", "winter", "boat", "forest", "road"];
    private static readonly string[] s_others =
        ["engine", "rocket", "laser", "keyboard", "satellite", "battery", "circuit", "robot", "screen", "sensor", "magnet", "cable"];

    public static ChatReply Reply(ChatCall call)
    {
        string prompt = call.Prompt;
        if (prompt.StartsWith("You make a demanding instruction", StringComparison.Ordinal))
            return ChatReply.Says(Expand(prompt));
        if (prompt.StartsWith("You check the quality", StringComparison.Ordinal))
            return ChatReply.Says(prompt.Contains("impossible", StringComparison.Ordinal) ? "No.\nVERDICT: NO" : "Fine.\nVERDICT: YES");
        if (prompt.StartsWith("You check whether a response meets demands", StringComparison.Ordinal))
            return ChatReply.Says(Judge(prompt));
        return ChatReply.Says(Answer(prompt));
    }

    private static string Expand(string prompt)
    {
        if (prompt.Contains("mumble", StringComparison.Ordinal))
            return "I would rather not.";
        int count = int.Parse(Count().Match(prompt).Groups[1].Value, CultureInfo.InvariantCulture);
        string task = Instruction().Match(prompt).Groups[1].Value;
        return "```json\n" + JsonSerializer.Serialize(new
        {
            description = task,
            constraints = Enumerable.Range(1, count).Select(i => $"{i}. Mind the {i}th thing that a careful reader would want here"),
            input = task.Contains("poem", StringComparison.Ordinal) ? "An old\npoem." : "",
            words = s_words,
            other_words = s_others,
        }) + "\n```";
    }

    private static string Judge(string prompt)
    {
        int count = int.Parse(Lines().Match(prompt).Groups[1].Value, CultureInfo.InvariantCulture);
        bool sloppy = prompt.Contains("sloppy", StringComparison.Ordinal);
        return "Reasons.\n" + string.Join('\n', Enumerable.Range(1, count).Select(i => $"{i}: {(sloppy && i == count ? "NO" : "YES")}"));
    }

    /// <summary>An answer that obeys what it understands of its instruction.</summary>
    private static string Answer(string instruction)
    {
        string task = instruction.Split('\n')[0];
        Constraint[] constraints =
            [.. instruction.Split('\n').Select(l => Item().Match(l)).Where(m => m.Success)
            .Select(m => Statements.Parse(m.Groups[1].Value, Language.English)).OfType<Constraint>()];
        int Least(CountRange range) => (int)(range.Min ?? Math.Max(0, range.Max!.Value));
        int LeastOf(CountType type) =>
            constraints.OfType<CountConstraint>().FirstOrDefault(c => c.Type == type && c.Scope == Scope.Whole) is { } c ? Least(c.Range)
            : 0;
        List<string> words = [.. constraints.OfType<Keywords>().SelectMany(c => c.Words)];
        foreach (KeywordFrequency frequency in constraints.OfType<KeywordFrequency>())
            words.AddRange(Enumerable.Repeat(frequency.Word, (int)(frequency.Range.Min ?? 1)));
        words.Add(TextOfNumber(instruction.Length + task.Length));
        string sentence = string.Join(' ', words) + new string('!', LeastOf(Counts.Exclamations));
        string text = sentence.EndsWith('!') ? sentence : sentence + ".";
        int length = LeastOf(Counts.Words);
        for (int n = words.Count; n < length; n++)
            text = $"plain {text}";
        int items = constraints.OfType<BulletedList>().FirstOrDefault() is { } list ? Least(list.Range)
            : 0, questions = LeastOf(Counts.Questions);
        text += string.Concat(Enumerable.Range(0, questions).Select(i => $" Why {TextOfNumber(i)}?"));
        if (items > 0)
            text += "\n\n" + string.Join('\n', Enumerable.Range(0, items).Select(i => $"- item {TextOfNumber(i)}"));
        return task.Contains("sloppy", StringComparison.Ordinal) ? $"{text}\n\nsloppy" : text;
    }

    /// <summary>Letters in place of digits, different for different numbers.</summary>
    private static string TextOfNumber(int number) =>
        string.Concat(number.ToString(CultureInfo.InvariantCulture).Select(d => (char)('a' + (d - '0'))));

    [GeneratedRegex("Add exactly ([0-9]+) constraints")]
    private static partial Regex Count();

    [GeneratedRegex("end with exactly ([0-9]+) lines")]
    private static partial Regex Lines();

    [GeneratedRegex("# Plain instruction\n(.*)\n")]
    private static partial Regex Instruction();

    [GeneratedRegex(@"\A[0-9]+\. (.*)\z")]
    private static partial Regex Item();
}
