using System.Collections.Concurrent;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Recognition;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Tests.Properties;
using TraceFast.Constraints.Typed;
using TraceFast.Constraints.Typed.Templates;
using NewConstraint = TraceFast.Constraints.Typed.Constraint;
using OldConstraint = TraceFast.Constraints.Constraint;

namespace TraceFast.Constraints.Tests.Typed;

/// <summary>Typed constraints against the classes that they replace; goes with those.</summary>
public class DifferentialTests
{
    [Fact]
    public void Types_are_the_same()
    {
        Assert.Equal(Sorts.All.Select(s => s.Name).Order(), ConstraintTypes.All.Select(t => t.Name).Order());
        foreach (Sort sort in Sorts.All)
        {
            ConstraintType type = ConstraintTypes.Get(sort.Name);
            Assert.Equal(sort.Kind, type.Category);
            Assert.True(sort.Parts.SequenceEqual(type.Scopes), sort.Name);
            Assert.True(sort.Languages.SequenceEqual(type.Languages), sort.Name);
            Assert.Equal(sort.IsExact, type.IsRuleChecked);
            Assert.True(sort.Parameters.Select(p => (p.Name, (int)p.Type, p.Required)).SequenceEqual(type.Fields.Select(f => (f.Name, (int)f.Kind, f.IsRequired))), sort.Name + ": " + string.Join(", ", type.Fields));
            Assert.True(sort.Parameters.Select(p => string.Join('|', p.Values ?? [])).SequenceEqual(type.Fields.Select(f => string.Join('|', f.Allowed ?? []))), sort.Name);
        }
    }

    [Fact]
    public void Samples_are_the_same()
    {
        List<string> wrong = [];
        foreach ((OldConstraint old, NewConstraint typed, OldConstraint? oldOther, NewConstraint? other, _) in Pairs(7, 200))
        {
            if (Key(old) != Key(typed) || oldOther is not null && Key(oldOther) != Key(other!))
                wrong.Add($"{Key(old)} / {Key(typed)} -> {(oldOther is null ? "" : Key(oldOther))} / {(other is null ? "" : Key(other))}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Distinct().Take(40)));
    }

    [Fact]
    public void Verdicts_are_the_same()
    {
        ConcurrentBag<string> wrong = [];
        (OldConstraint, NewConstraint, OldConstraint?, NewConstraint?, Language)[] pairs = [.. Pairs(11, 30)];
        int[] obeyed = [0];
        Parallel.For(0, pairs.Length, n =>
        {
            (OldConstraint old, NewConstraint typed, OldConstraint? oldOther, _, Language language) = pairs[n];
            SeededRandom random = SeededRandom.Split(13, (ulong)n);
            for (int answers = 0; answers < 40; answers++)
            {
                string text = (answers % 4) switch
                {
                    0 => HostileText.Random(random, 60),
                    1 => HostileText.Mutated(random, random.Pick(CorpusOfAnswers.All)),
                    _ => NearAnswers.Build(random, language, old, oldOther ?? old),
                };
                Response response = new(text);
                Verdict one = old.Check(response), two = typed.Check(response);
                if (one.IsObeyed)
                    Interlocked.Increment(ref obeyed[0]);
                if (one.Outcome != two.Outcome || one.Where != two.Where)
                    wrong.Add($"{typed} on {System.Text.Json.JsonSerializer.Serialize(text)}: {one} / {two}");
            }
        });
        Assert.True(wrong.IsEmpty, string.Join('\n', wrong.Take(20)));
        Assert.InRange(obeyed[0], 5_000, int.MaxValue);
    }

    [Fact]
    public void Statements_are_the_same()
    {
        List<string> wrong = [];
        int count = 0;
        foreach ((OldConstraint old, NewConstraint typed, _, _, Language language) in Pairs(17, 60))
        {
            string[] one = [.. Phrasing.Fitting(old, language).Select(w => Phrasing.Phrase(old, w)!).Distinct()];
            string[] two = [.. Statements.Fitting(typed, language).Select(t => t.Render(typed)!).Distinct()];
            if (!one.SequenceEqual(two))
                wrong.Add($"{typed}: {string.Join(" | ", one.Except(two))} / {string.Join(" | ", two.Except(one))} / {one.Length} {two.Length}");
            foreach (string text in one)
            {
                count++;
                OldConstraint? oldParsed = Phrasing.Read(text, language);
                NewConstraint? parsed = Statements.Parse(text, language);
                if ((oldParsed is null ? "" : Key(oldParsed)) != (parsed is null ? "" : Key(parsed)))
                    wrong.Add($"\"{text}\": {oldParsed} / {parsed}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Distinct().Take(40)));
        Assert.InRange(count, 5_000, int.MaxValue);
    }

    /// <summary>Pairs of types that conflict in one and not in the other, to be read; every old conflict stays but for those that are named here.</summary>
    [Fact]
    public void Conflicts_are_the_same()
    {
        SortedSet<string> lost = [], gained = [];
        (OldConstraint Old, NewConstraint Typed, OldConstraint?, NewConstraint?, Language Language)[] pairs = [.. Pairs(19, 6)];
        foreach (var one in pairs)
        {
            foreach (var other in pairs.Where(p => p.Language == one.Language))
            {
                bool before = one.Old.ConflictsWith(other.Old), now = one.Typed.ConflictsWith(other.Typed);
                if (before == now)
                    continue;
                string names = string.CompareOrdinal(one.Typed.Type.Name, other.Typed.Type.Name) < 0 ? $"{one.Typed.Type.Name} {other.Typed.Type.Name}" : $"{other.Typed.Type.Name} {one.Typed.Type.Name}";
                (before ? lost : gained).Add(names);
            }
        }

        gained.ExceptWith(["heading_count markdown_process_background", "heading_depth markdown_process_background"]); // as section_headings did before: the background has headings of its own
        Assert.True(lost.Count + gained.Count == 0, $"lost: {string.Join(", ", lost)}\ngained: {string.Join(", ", gained)}");
    }

    /// <summary>Every statement of another pair, alone and joined to a second, read by the old patterns and the new.</summary>
    [Fact]
    public void Recognition_is_the_same()
    {
        List<string> wrong = [];
        string[] statements = [.. Pairs(23, 8).SelectMany(p => Phrasing.Fitting(p.Old, p.Language).Select(w => Phrasing.Phrase(p.Old, w)!)).Distinct()];
        string[] lines = [.. statements, .. statements.Zip(statements.Skip(7), (a, b) => $"{a}, and {b}"), .. statements.Zip(statements.Skip(11), (a, b) => $"请{a}，{b}。")];
        foreach (string line in lines)
        {
            Recognition.Recognition one = ConstraintRecogniser.Recognise(line);
            TraceFast.Constraints.Typed.Recognition.Recognition two = TraceFast.Constraints.Typed.Recognition.ConstraintRecognizer.Recognize(line);
            string old = string.Join("; ", one.Found.Select(f => Key(f.Constraint) + f.Where)), typed = string.Join("; ", two.Found.Select(f => Key(f.Constraint) + f.Where));
            if (old != typed || one.IsWhole != two.IsWhole)
                wrong.Add($"\"{line}\": {old} {one.IsWhole} / {typed} {two.IsWhole}");
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {lines.Length}\n" + string.Join('\n', wrong.Take(30)));
    }

    /// <summary>New JSON is read back, and old JSON gives the same constraint.</summary>
    [Fact]
    public void Json_is_read_back()
    {
        List<string> wrong = [];
        foreach ((OldConstraint old, NewConstraint typed, _, _, _) in Pairs(29, 20))
        {
            using MemoryStream stream = new(), oldStream = new();
            using (System.Text.Json.Utf8JsonWriter json = new(stream))
                TraceFast.Constraints.Typed.ConstraintJson.Write(json, new(typed, "as stated"));
            using (System.Text.Json.Utf8JsonWriter json = new(oldStream))
                TraceFast.Constraints.ConstraintJson.Write(json, new(old, "as stated"));
            foreach (MemoryStream written in new[] { stream, oldStream })
            {
                using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(written.ToArray());
                TraceFast.Constraints.Typed.StatedConstraint read = TraceFast.Constraints.Typed.ConstraintJson.Read(document.RootElement);
                if (!read.Constraint.Equals(typed) || read.Text != "as stated" || read.Constraint.GetHashCode() != typed.GetHashCode())
                    wrong.Add($"{typed} / {read.Constraint}: {document.RootElement.GetRawText()}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(20)));
    }

    private static IEnumerable<(OldConstraint Old, NewConstraint Typed, OldConstraint? OldOther, NewConstraint? Other, Language Language)> Pairs(ulong seed, int each)
    {
        foreach (Sort sort in Sorts.All)
        {
            ConstraintType type = ConstraintTypes.Get(sort.Name);
            foreach (Language language in sort.Languages)
            {
                for (int n = 0; n < each; n++)
                {
                    SamplingContext one = Samples.Context(SeededRandom.Split(seed, (ulong)n), language), two = Samples.Context(SeededRandom.Split(seed, (ulong)n), language);
                    OldConstraint old = sort.Draw(one);
                    NewConstraint typed = type.Sample(two);
                    yield return sort.IsExact ? (old, typed, sort.Contradict(old, one), typed.SampleConflicting(two), language) : (old, typed, null, null, language);
                }
            }
        }
    }

    private static string Key(OldConstraint old) => $"{old.Sort.Name}({string.Join(", ", old.Arguments.Values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key}={(v.Value is string[] t ? $"[{string.Join(", ", t)}]" : v.Value)}"))};{old.Scope})";

    private static string Key(NewConstraint typed) => $"{typed.Type.Name}({string.Join(", ", typed.Type.ValuesOf(typed).OrderBy(v => v.Field.Name, StringComparer.Ordinal).Select(v => $"{v.Field.Name}={v.Value}"))};{typed.Scope})";
}
