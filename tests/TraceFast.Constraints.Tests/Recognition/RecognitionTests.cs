using System.Globalization;
using TraceFast.Constraints.Recognition;

namespace TraceFast.Constraints.Tests.Recognition;

/// <summary>
/// Precision and recall against lines labelled by hand, in total, per sort and on the half on which no pattern was developed.
/// </summary>
public sealed class RecognitionTests(ITestOutputHelper output)
{
    [Fact]
    public void Precision_is_high_in_total_and_per_sort()
    {
        IReadOnlyList<LabelledLine> lines = All();
        Counts all = Measure(lines, withTask: true), heldOut = Measure([.. lines.Where(l => l.IsHeldOut)], withTask: true),
            alone = Measure(lines, withTask: false);
        output.WriteLine(
            $"{lines.Count} lines, {lines.Count(l => l.Constraints.Count > 0)} of them with a constraint that a program decides");
        output.WriteLine($"all, task known:           {all}");
        output.WriteLine($"held-out half, task known: {heldOut}");
        output.WriteLine($"all, line alone:           {alone}");
        foreach ((string sort, Counts.OfSort counts) in all.BySort.OrderByDescending(s => s.Value.Labelled))
            output.WriteLine($"  {sort,-20} {counts}");
        foreach (string miss in all.Wrong)
            output.WriteLine(miss);

        Assert.True(all.Precision >= 0.97, all.ToString());
        Assert.True(alone.Precision >= 0.90, alone.ToString());
        Assert.All(all.BySort.Where(s => s.Value.Labelled >= 10), s => Assert.True(s.Value.Precision >= 0.9, $"{s.Key}: {s.Value}"));
        Assert.True(all.Recall >= 0.6, all.ToString());
    }

    private static IReadOnlyList<LabelledLine> All()
    {
        string folder = Oracles.Require("eval");
        return
        [
            .. LabelledLine.Load("labels_one_constraint.jsonl", Path.Combine(folder, "trace_eval_first200.jsonl")),
            .. LabelledLine.Load("labels_several_constraints.jsonl", Path.Combine(folder, "trace_eval_multi.jsonl")),
        ];
    }

    private static Counts Measure(IReadOnlyList<LabelledLine> lines, bool withTask)
    {
        Counts counts = new();
        foreach (LabelledLine line in lines)
        {
            Constraints.Recognition.Recognition recognition = ConstraintRecognizer.Recognize(line.Text, withTask ? line.Task : null);
            counts.Add(
                line, [.. recognition.Found.Select(f => f.Constraint).Select(c => (c.Type.Name, LabelledLine.Canonical(c)))],
                recognition.IsWhole);
        }

        return counts;
    }

    private sealed class Counts
    {
        public Dictionary<string, OfSort> BySort { get; } = [];

        public List<string> Wrong { get; } = [];

        private int _found, _right, _labelled, _whole, _wronglyWhole;

        public double Precision => _found == 0 ? 1 : (double)_right / _found;

        public double Recall => (double)_right / _labelled;

        public void Add(LabelledLine line, IReadOnlyList<(string Sort, string Text)> found, bool isWhole)
        {
            foreach (string label in line.Constraints)
            {
                OfSort sort = Of(label[..label.IndexOf('(', StringComparison.Ordinal)]);
                sort.Labelled++;
                _labelled++;
                if (found.All(f => f.Text != label))
                    Wrong.Add($"missed  {line.Id}:{line.Line} {label}");
            }

            foreach ((string name, string text) in found)
            {
                OfSort sort = Of(name);
                sort.Found++;
                _found++;
                if (line.Constraints.Contains(text))
                {
                    sort.Right++;
                    _right++;
                }
                else
                {
                    Wrong.Add($"WRONG   {line.Id}:{line.Line} {text}");
                }
            }

            if (!isWhole)
                return;
            _whole++;
            if (line.IsPartial || line.Constraints.Count == 0 || found.Count != line.Constraints.Count)
            {
                _wronglyWhole++;
                Wrong.Add($"WHOLE?  {line.Id}:{line.Line}");
            }
        }

        public override string ToString() =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{_labelled} labelled, {_found} found, {_right} right: precision {Precision:0.000}, recall {Recall:0.000}; {_whole} "
                    + $"lines decided whole, {_wronglyWhole} of them wrongly");

        private OfSort Of(string sort) => BySort.TryGetValue(sort, out OfSort? counts) ? counts : BySort[sort] = new OfSort();

        public sealed class OfSort
        {
            public int Labelled { get; set; }

            public int Found { get; set; }

            public int Right { get; set; }

            public double Precision => Found == 0 ? 1 : (double)Right / Found;

            public override string ToString() =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Labelled,3} labelled {Found,3} found {Right,3} right  precision {Precision:0.000}  "
                        + $"recall {(Labelled == 0 ? 0 : (double)Right / Labelled):0.000}");
        }
    }
}
