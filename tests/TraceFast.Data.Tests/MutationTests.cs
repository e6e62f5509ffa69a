using System.Diagnostics;
using System.Text;
using TraceFast.Data.Statistics;

namespace TraceFast.Data.Tests;

/// <summary>
/// Damaged files of every layout: each is read normally or refused by an <see cref="InputException"/>, quickly, whatever the
/// damage. Seeded, so that a failure repeats.
/// </summary>
public sealed class MutationTests : IDisposable
{
    private const int PerSample = 60;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    private static readonly string[] s_fragments =
    [
        "{", "}", "[", "]", "\"", ",", ":", "\\", "\\u0000", "\\ud800", "\\u", "null", "true", "-1", "1e999", "999999999999999999999",
        "NaN", "\0", "\n", "\r\n", "\t",
        "\"conversations\":", "\"chosen\":", "\"from\":\"gpt\"", "\"images\":[1]", "\"tools\":\"x\"", "\u2028",
        "{\"role\":\"tool\",\"content\":\"x\"}", "[[[[[[[[[[", "\uFEFF", "//", "/* */",
    ];

    internal static readonly (string Name, Stage Stage, string Json)[] Samples =
    [
        ("alpaca.jsonl", Stage.Sft, """{"instruction":"do","input":"it","output":"done","history":[["a","b"]],"system":"s"}"""),
        ("alpaca_ranking.jsonl", Stage.Dpo, """{"instruction":"do","chosen":"good","rejected":"bad"}"""),
        ("sharegpt.jsonl", Stage.Sft,
            """{"conversations":[{"from":"system","value":"s"},{"from":"human","value":"u"},{"from":"gpt","value":"a"}]}"""),
        ("messages.jsonl", Stage.Sft,
            """{"messages":[{"role":"user","content":[{"type":"text","text":"é"}]},{"role":"assistant","content":"a"}]}"""),
        ("ranking.jsonl", Stage.Dpo,
            """{"conversations":[{"from":"human","value":"u"}],"chosen":{"from":"gpt","value":"a"},"rejected":"""
                + """{"from":"gpt","value":"b"}}"""),
        ("iopo.jsonl", Stage.Iopo,
            """{"conversations":[{"from":"human","value":"p"},{"from":"human","value":"q"}],"chosen":{"value":"a"},"rejected":"""
                + """{"value":"b"}}"""),
        ("trl.jsonl", Stage.Dpo,
            """{"chosen":[{"role":"user","content":"u"},{"role":"assistant","content":"a"}],"rejected":[{"role":"user","content":"u"},"""
                + """{"role":"assistant","content":"b"}]}"""),
        ("prompt.jsonl", Stage.Sft, """{"prompt":"日本語 \ud83d\ude00","response":"a"}"""),
        ("quads.jsonl", Stage.Iopo, """{"x1":"p","y1":"a","x2":[{"role":"user","content":"q"}],"y2":"b"}"""),
        ("sft_ids.jsonl", Stage.Sft, """{"prompt_ids":[1,22,333],"response_ids":[4]}"""),
        ("pair_ids.jsonl", Stage.Dpo, """{"prompt_ids":[1],"chosen_ids":[2,3],"rejected_ids":[4]}"""),
        ("quad_ids.jsonl", Stage.Iopo, """{"x1_ids":[1],"y1_ids":[2],"x2_ids":[3],"y2_ids":[4,5]}"""),
    ];

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_damaged_record_file_is_read_or_refused(int seed)
    {
        Random random = new(seed);
        int read = 0;
        int refused = 0;
        foreach ((string name, Stage stage, string json) in Samples)
            for (int i = 0; i < PerSample; i++)
            {
                string text = i % 2 == 0 ? $"{json}\n{json}\n" : $"[\n  {json},\n  {json}\n]";
                byte[] damaged = Damage(Encoding.UTF8.GetBytes(text), random);
                DataSetOptions options = new() { Names = [_folder.Write(name, damaged)], Stage = stage,
                    OnBadRecord = i % 3 == 0 ? OnBadRecord.Skip : OnBadRecord.Error };
                if (IsRead(options, $"seed {seed}, {name}, mutation {i}"))
                    read++;
                else
                    refused++;
            }
        // Neither may be rare, or the damage would test nothing.
        Assert.True(read > 50 && refused > 300, $"{read} read, {refused} refused");
    }

    [Fact]
    public void A_damaged_dataset_info_is_read_or_refused()
    {
        const string Info = """{"d":{"file_name":"d.jsonl","formatting":"sharegpt","ranking":true,"num_samples":"""
            + """3,"split":"train","columns":{"messages":"conversations","chosen":"chosen","rejected":"rejected"},"tags":"""
            + """{"role_tag":"from","user_tag":"human"}}}""";
        _folder.Write(
            "d.jsonl",
            """{"conversations":[{"from":"human","value":"u"}],"chosen":{"from":"gpt","value":"a"},"rejected":"""
                + """{"from":"gpt","value":"b"}}""");
        Random random = new(3);
        int read = 0;
        for (int i = 0; i < 400; i++)
        {
            _folder.Write("dataset_info.json", Damage(Encoding.UTF8.GetBytes(Info), random));
            read += IsRead(new DataSetOptions { Names = ["d"], Directory = _folder.Root, Stage = Stage.Dpo }, $"mutation {i}") ? 1 : 0;
        }
        Assert.InRange(read, 1, 399);
    }

    private static bool IsRead(DataSetOptions options, string what)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            DataSet data = DataSet.Load(options);
            Assert.NotEmpty(data);
            Assert.NotEmpty(DataStatistics.Of(data).ToJson());
            return true;
        }
        catch (InputException e)
        {
            Assert.NotEmpty(e.Message);
            return false;
        }
        catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
        {
            Assert.Fail($"{what}: {e}");
            return false;
        }
        finally
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < s_limit, $"{what} took more than {s_limit}");
        }
    }

    private static byte[] Damage(byte[] content, Random random)
    {
        int at = random.Next(content.Length);
        switch (random.Next(7))
        {
            case 0:
                return content[..at];
            case 1:
                content[at] ^= (byte)(1 << random.Next(8));
                return content;
            case 2:
                content[at] = (byte)random.Next(256);
                return content;
            case 3:
                int end = Math.Min(content.Length, at + random.Next(1, 12));
                return [.. content[..at], .. content[end..]];
            case 4:
                return [.. content[..at], .. Encoding.UTF8.GetBytes(s_fragments[random.Next(s_fragments.Length)]), .. content[at..]];
            case 5:
                return [.. content[..at],
                    .. Encoding.UTF8.GetBytes(new string("[{\" \n"[random.Next(5)], random.Next(1, 5000))), .. content[at..]];
            default:
                return [.. content[at..], .. content[..at]];
        }
    }
}
