using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TraceFast.Constraints;
using TraceFast.Constraints.Types;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>Answers that are data and nothing else: JSON and CSV. Words that are asked for stand in their values.</summary>
internal static class DataText
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions Flat = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string? Write(Plan plan, Composer composer, Cells cells, SeededRandom random) => plan.Shape switch
    {
        Shape.Csv => WriteCsv(plan, composer, cells, random),
        _ => WriteJson(plan, composer, cells, random),
    };

    private static string? WriteJson(Plan plan, Composer composer, Cells cells, SeededRandom random)
    {
        bool isObject = plan.Shape == Shape.JsonObject;
        List<string> keys = !isObject ? [] : plan.ShapeSource is JsonObject { Keys: var asked } ? [.. asked.Distinct(StringComparer.Ordinal)] : OwnKeys(plan, random);
        int count = isObject ? keys.Count : ((JsonArray)plan.ShapeSource!).Range.Draw(random, 2, 5);
        if (count > 30)
            return null;
        List<Slot> slots = [.. Enumerable.Range(0, count).Select(_ => new Slot { Language = plan.TextLanguage, Mark = plan.TextLanguage == Language.Chinese ? "。" : "." })];
        if (!PutWords(plan, slots, random, addKey: isObject ? () => Extra(keys, slots, plan) : null))
            return null;
        List<string> used = [];
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, random.Chance(0.6) ? Indented : Flat))
        {
            if (isObject)
                json.WriteStartObject();
            else
                json.WriteStartArray();
            for (int n = 0; n < slots.Count; n++)
            {
                if (isObject)
                    json.WritePropertyName(keys[n]);
                string? value = isObject && slots[n].Words.Count == 0 && Cells.Knows(keys[n], plan.TextLanguage) && random.Chance(0.7) ? cells.Of(keys[n], plan.TextLanguage, used) : null;
                if ((value ?? composer.Write(slots[n], 1, 60)) is not { } text)
                    return null;
                json.WriteStringValue(text);
            }

            if (isObject)
                json.WriteEndObject();
            else
                json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static List<string> OwnKeys(Plan plan, SeededRandom random)
    {
        List<string> keys = plan.TextLanguage == Language.Chinese ? ["主题", "说明", "例子", "细节"] : ["topic", "description", "example", "detail"];
        return keys[..random.Between(2, keys.Count)];
    }

    private static void Extra(List<string> keys, List<Slot> slots, Plan plan)
    {
        string key = plan.TextLanguage == Language.Chinese ? "补充" : "more";
        while (keys.Contains(key))
            key += "_";
        keys.Add(key);
        slots.Add(new Slot { Language = plan.TextLanguage, Mark = slots[0].Mark });
    }

    private static string? WriteCsv(Plan plan, Composer composer, Cells cells, SeededRandom random)
    {
        IReadOnlyList<string> columns = ((Csv)plan.ShapeSource!).Columns;
        int rows = random.Between(2, 5);
        List<Slot> slots = [.. Enumerable.Range(0, rows).Select(_ => new Slot { Language = plan.TextLanguage })];
        if (!PutWords(plan, slots, random, addKey: null))
            return null;
        StringBuilder csv = new(string.Join(',', columns.Select(Quoted)));
        List<string> used = [];
        foreach (Slot slot in slots)
        {
            csv.Append('\n');
            for (int c = 0; c < columns.Count; c++)
            {
                string? cell = c == columns.Count - 1 && slot.Words.Count > 0 ? composer.Write(slot, 1, 60) : cells.Of(columns[c], plan.TextLanguage, used);
                if (cell is null)
                    return null;
                csv.Append(c > 0 ? "," : "").Append(Quoted(cell));
            }
        }

        return csv.ToString();
    }

    private static string Quoted(string field) => field.AsSpan().ContainsAny(",\"\n\r") ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;

    private static bool PutWords(Plan plan, List<Slot> slots, SeededRandom random, Action? addKey)
    {
        List<string> words = [.. plan.Keywords.Select(k => k.Word)];
        foreach ((string word, CountRange range) in plan.Frequencies)
        {
            for (int n = range.DrawAsked(random, 0); n > 0; n--)
                words.Add(word);
        }

        foreach (string word in words)
        {
            if (!slots.Exists(s => s.Words.Count < 2 && !s.Words.Contains(word)))
                addKey?.Invoke();
            if (slots.Find(s => s.Words.Count == 0 && !s.Words.Contains(word)) is not { } slot && (slot = slots.Find(s => s.Words.Count == 1 && !s.Words.Contains(word))!) is null)
                return false;
            slot.Words.Add(word);
        }

        foreach ((string first, string second) in plan.Orders)
        {
            int at = slots.FindIndex(s => s.Words.Count == 0);
            if (at < 0)
                return false;
            slots[at].Words.AddRange([first, second]);
        }

        foreach (Slot slot in slots)
        {
            slot.Forbidden.AddRange(plan.Frequencies.Select(f => f.Word).Where(w => !slot.Words.Contains(w)));
            slot.Forbidden.AddRange(plan.Orders.SelectMany(o => new[] { o.First, o.Second }).Where(w => !slot.Words.Contains(w)));
        }

        return true;
    }
}
