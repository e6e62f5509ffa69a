using System.Globalization;
using System.Text.Json;
using TraceFast.Constraints;
using TraceFast.Data.Json;
using TraceFast.Data;

namespace TraceFast.Synthesis;

/// <summary>How often something occurs.</summary>
public sealed record NamedCount(string Name, int Count);

/// <summary>
/// What the constraints are that records carry beside their texts (quads: constraints1, constraints2; single instructions: constraints).
/// </summary>
/// <param name="Records">Records with constraints.</param>
/// <param name="Instructions">Their instructions: two in a quad.</param>
/// <param name="Constraints">Constraints of all instructions.</param>
/// <param name="Languages">Records by language.</param>
/// <param name="Sources">Records by the way they were made.</param>
/// <param name="Groups">Constraints by group.</param>
/// <param name="Categories">Constraints by category.</param>
/// <param name="Types">Constraints by type.</param>
/// <param name="PerInstruction">Instructions by their number of constraints, in the order of numbers.</param>
/// <param name="Topics">Different topics.</param>
/// <param name="Broken">Constraints that answers break on purpose.</param>
public sealed record ConstraintStatistics(
    int Records, int Instructions, int Constraints, IReadOnlyList<NamedCount> Languages, IReadOnlyList<NamedCount> Sources,
        IReadOnlyList<NamedCount> Groups,
    IReadOnlyList<NamedCount> Categories, IReadOnlyList<NamedCount> Types, IReadOnlyList<NamedCount> PerInstruction, int Topics, int Broken)
{
    private static readonly string[] s_keys = ["constraints1", "constraints2", "constraints"];

    /// <summary>Whether a key says that records carry constraints.</summary>
    public static bool IsKey(string key) => s_keys.Contains(key);

    /// <exception cref="InputException">A record is no JSON object, or a constraint is invalid; file:line.</exception>
    public static ConstraintStatistics Of(IEnumerable<string> files)
    {
        Counter languages = new(), sources = new(), groups = new(), categories = new(), types = new(), numbers = new();
        HashSet<string> topics = [];
        int records = 0, instructions = 0, constraints = 0, broken = 0;
        foreach (JsonLine line in files.SelectMany(JsonLines.Read))
        {
            if (!s_keys.Any(line.Has))
                continue;
            records++;
            JsonElement record = line.Record;
            languages.Add(Text(record, "language"));
            sources.Add(Text(record, "source"));
            topics.Add(Text(record, "topic"));
            broken += Length(record, "broken") + Length(record, "broken1") + Length(record, "broken2");
            foreach (string key in s_keys)
            {
                if (!record.TryGetProperty(key, out JsonElement list))
                    continue;
                if (list.ValueKind != JsonValueKind.Array)
                    throw line.Error($"\"{key}\" is a list of constraints, not {JsonErrors.NameOf(list.ValueKind)}");
                instructions++;
                constraints += list.GetArrayLength();
                numbers.Add(list.GetArrayLength().ToString("00", CultureInfo.InvariantCulture));
                foreach (JsonElement element in list.EnumerateArray())
                {
                    ConstraintType type = Read(element, line).Constraint.Type;
                    groups.Add(type.Category.Group.ToString().ToLowerInvariant());
                    categories.Add(type.Category.Name);
                    types.Add(type.Name);
                }
            }
        }

        return new(records, instructions, constraints, languages.All(), sources.All(), groups.All(), categories.All(), types.All(),
            [.. numbers.All().OrderBy(n => n.Name, StringComparer.Ordinal)], topics.Count, broken);
    }

    private static StatedConstraint Read(JsonElement element, JsonLine line)
    {
        try
        {
            return ConstraintJson.Read(element);
        }
        catch (ConstraintException e)
        {
            throw line.Error(e.Message);
        }
    }

    private static string Text(JsonElement record, string key) =>
        record.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "unknown";

    private static int Length(JsonElement record, string key) =>
        record.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Array ? value.GetArrayLength() : 0;

    private sealed class Counter
    {
        private readonly Dictionary<string, int> _counts = [];

        public void Add(string name) => _counts[name] = _counts.GetValueOrDefault(name) + 1;

        /// <summary>The most frequent first.</summary>
        public IReadOnlyList<NamedCount> All() =>
            [.. _counts.Select(c => new NamedCount(c.Key, c.Value)).OrderByDescending(c => c.Count)
            .ThenBy(c => c.Name, StringComparer.Ordinal)];
    }
}
