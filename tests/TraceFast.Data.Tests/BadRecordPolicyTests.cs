using System.Text.Json;
using TraceFast.Data.Statistics;

namespace TraceFast.Data.Tests;

/// <summary>on_bad_record, and what data validate reports.</summary>
public sealed class BadRecordPolicyTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>30 records of which every fourth has an empty response.</summary>
    private string Mixed(string name) => _folder.Write(name, string.Join('\n', Enumerable.Range(0, 100).Select(i =>
        $$"""{"prompt":"p{{i}}","response":"{{(i % 4 == 3 ? "" : "r")}}"}""")));

    [Fact]
    public void Error_reads_to_the_end_and_lists_every_bad_record()
    {
        string path = Mixed("a.jsonl");
        BadRecordsException e = Assert.Throws<BadRecordsException>(
            () => DataSet.Load(new DataSetOptions { Names = [path], Stage = Stage.Sft }));
        Assert.Equal(Enumerable.Range(1, 25).Select(i => 4 * i), e.BadRecords.Select(bad => bad.Origin.Line));
        Assert.Equal(Enumerable.Range(1, 25).Select(i => 4 * i - 1), e.BadRecords.Select(bad => bad.Origin.Number));
        string[] lines = e.Message.Split('\n');
        Assert.Equal("25 bad records:", lines[0]);
        Assert.Equal($"  {path}:4: 'response' is empty", lines[1]);
        Assert.Equal("  and 5 more", lines[21]);
        Assert.Equal("Fix or remove them, or set on_bad_record: skip to leave them out (of 100 records read).", lines[22]);
    }

    [Fact]
    public void Skip_gives_the_good_ones_and_the_list()
    {
        List<string> notices = new();
        DataSet data = DataSet.Load(
            new DataSetOptions { Names = [Mixed("a.jsonl")], Stage = Stage.Sft, OnBadRecord = OnBadRecord.Skip, Notice = notices.Add });
        Assert.Equal(75, data.Count);
        Assert.Equal(25, data.Bad.Count);
        Assert.Equal((100, 25), (data.Sources[0].RecordsRead, data.Sources[0].BadRecords));
        Assert.EndsWith("100 records, 25 of them bad, layout prompt and response", Assert.Single(notices), StringComparison.Ordinal);
        Assert.DoesNotContain(data, record => record.Origin.Line % 4 == 0);
    }

    [Fact]
    public void A_first_record_of_no_layout_is_bad_and_the_next_one_tells_the_layout()
    {
        string path = _folder.Write("a.jsonl", "{\"foo\":1}\n{\"prompt\":\"u\",\"response\":\"a\"}\n");
        DataSet data = DataSet.Load(new DataSetOptions { Names = [path], Stage = Stage.Sft, OnBadRecord = OnBadRecord.Skip });
        Assert.Equal(2, Assert.Single(data).Origin.Line);
        Assert.Equal(1, Assert.Single(data.Bad).Origin.Line);
    }

    [Fact]
    public void A_data_set_of_which_nothing_is_left_is_refused()
    {
        string path = _folder.Write("a.jsonl", "{\"foo\":1}\n{\"foo\":2}\n");
        InputException e = Assert.Throws<InputException>(
            () => DataSet.Load(new DataSetOptions { Names = [path], Stage = Stage.Sft, OnBadRecord = OnBadRecord.Skip }));
        Assert.Contains("no record to train on (2 read, 2 of them bad)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validation_counts_over_all_data_sets_and_is_stable_json()
    {
        string bad = Mixed("bad.jsonl");
        string good = _folder.Write("good.json", """[{"prompt":"問","response":"a"}]""");
        ValidationReport report = ValidationReport.Of(new DataSetOptions { Names = [bad, good], Stage = Stage.Sft });
        Assert.Equal((101, 76, false), (report.Records, report.Good, report.IsValid));
        using JsonDocument json = JsonDocument.Parse(report.ToJson());
        Assert.Equal(
            ["stage", "sources", "bad_records", "records", "good", "valid"], json.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal("sft", json.RootElement.GetProperty("stage").GetString());
        JsonElement first = json.RootElement.GetProperty("bad_records")[0];
        Assert.Equal(
            (bad, 4, 3),
            (first.GetProperty("origin").GetProperty("file").GetString(), first.GetProperty("origin").GetProperty("line").GetInt32(),
                first.GetProperty("origin").GetProperty("number").GetInt32()));
        Assert.Equal("'response' is empty", first.GetProperty("reason").GetString());
        Assert.Equal(
            ["name", "files", "layout", "records_read", "bad_records", "unused_keys"],
            json.RootElement.GetProperty("sources")[1].EnumerateObject().Select(p => p.Name));
        Assert.True(ValidationReport.Of(new DataSetOptions { Names = [good], Stage = Stage.Sft }).IsValid);
    }
}
