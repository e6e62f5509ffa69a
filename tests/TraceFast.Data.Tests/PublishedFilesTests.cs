using System.Text.Json;
using TraceFast.Tests;

namespace TraceFast.Data.Tests;

/// <summary>The files that users come with, as they are.</summary>
public class PublishedFilesTests
{
    private static DataSet Load(string path, Stage stage, List<string>? notices = null) =>
        DataSet.Load(new DataSetOptions { Names = [path], Stage = stage, Notice = line => notices?.Add(line) });

    [Theory]
    [InlineData("dpo_en_demo.json", 300, 80)]
    [InlineData("dpo_zh_demo.json", 300, 64)]
    public void Every_demo_pair_is_read_as_it_stands(string file, int count, int withSystem)
    {
        string path = Oracles.Require("preference", file);
        DataSet data = Load(path, Stage.Dpo);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path));
        string[] lines = File.ReadAllLines(path);
        Assert.Equal(count, data.Count);
        Assert.Equal(withSystem, data.Count(r => ((Prompt.Chat)((PairRecord)r).Prompt).Messages[0].Role == Role.System));
        foreach ((TrainingRecord record, JsonElement element) in data.Zip(json.RootElement.EnumerateArray()))
        {
            PairRecord pair = (PairRecord)record;
            IReadOnlyList<Message> prompt = ((Prompt.Chat)pair.Prompt).Messages;
            Assert.Equal(
                element.GetProperty("conversations").EnumerateArray().Select(m => m.GetProperty("value").GetString()),
                prompt.Select(m => m.Content));
            Assert.Equal(element.GetProperty("chosen").GetProperty("value").GetString(), ((Response.Text)pair.Chosen).Content);
            Assert.Equal(element.GetProperty("rejected").GetProperty("value").GetString(), ((Response.Text)pair.Rejected).Content);
            Assert.Equal("  {", lines[pair.Origin.Line - 1]);
        }
    }

    [Theory]
    [InlineData("alpaca_en_demo.json", 999)]
    [InlineData("alpaca_zh_demo.json", 1000)]
    public void Every_demo_instruction_is_joined_with_its_input(string file, int count)
    {
        string path = Oracles.Require("preference", file);
        DataSet data = Load(path, Stage.Sft);
        Assert.Equal(count, data.Count);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach ((TrainingRecord record, JsonElement element) in data.Zip(json.RootElement.EnumerateArray()))
        {
            IReadOnlyList<Message> conversation = ((SftRecord)record).Conversation;
            string input = element.GetProperty("input").GetString()!;
            string instruction = element.GetProperty("instruction").GetString()!;
            Assert.Equal(
                [new Message(Role.User, input.Length == 0 ? instruction : instruction + "\n" + input),
                    new Message(Role.Assistant, element.GetProperty("output").GetString()!)],
                conversation);
        }
    }

    [Theory]
    [InlineData(Stage.Iopo)]
    [InlineData(Stage.Dpo)]
    public void The_published_record_is_a_quad(Stage stage)
    {
        List<string> notices = new();
        DataSet data = Load(Oracles.Require("preference", "trace_iopo_sample.json"), stage, notices);
        QuadRecord quad = (QuadRecord)Assert.Single(data);
        Assert.Equal(2, quad.Origin.Line);
        Assert.Contains("10至15个字", ((Prompt.Chat)quad.X1).Messages.Single().Content, StringComparison.Ordinal);
        Assert.Contains("16至20个字", ((Prompt.Chat)quad.X2).Messages.Single().Content, StringComparison.Ordinal);
        Assert.Contains("高考前夜", ((Response.Text)quad.Y1).Content, StringComparison.Ordinal);
        Assert.Contains("高考征程", ((Response.Text)quad.Y2).Content, StringComparison.Ordinal);
        Assert.Contains(notices, line => line.EndsWith("1 records, layout published IOPO", StringComparison.Ordinal));
    }

    [Fact]
    public void The_oracles_published_records_are_quads() =>
        Assert.All(Load(Oracles.Require("oracles", "published-trainer", "records.json"), Stage.Iopo), r => Assert.IsType<QuadRecord>(r));

    [Fact]
    public void In_stage_sft_a_quad_gives_two_conversations()
    {
        DataSet data = Load(Oracles.Require("preference", "trace_iopo_sample.json"), Stage.Sft);
        Assert.Equal(2, data.Count);
        Assert.Equal(data[0].Origin, data[1].Origin);
        Assert.All(data, r => Assert.Equal([Role.User, Role.Assistant], ((SftRecord)r).Conversation.Select(m => m.Role)));
    }

    [Theory]
    [InlineData("ifeval_input_data.jsonl")]
    [InlineData("trace_eval_first200.jsonl")]
    public void Evaluation_prompts_are_refused_for_training_with_what_is_lacking(string file)
    {
        InputException e = Assert.ThrowsAny<InputException>(() => Load(Oracles.Require("eval", file), Stage.Sft));
        Assert.Contains(file + ":1: ", e.Message, StringComparison.Ordinal);
    }
}
