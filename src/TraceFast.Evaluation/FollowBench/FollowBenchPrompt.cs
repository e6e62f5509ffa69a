using System.Globalization;
using System.Text;
using TraceFast.Endpoint.Asking;
using TraceFast.Evaluation.Judging;

namespace TraceFast.Evaluation.FollowBench;

/// <summary>What a judge is asked about one level: the instructions from the initial one up to it, and the answer.</summary>
internal static class FollowBenchPrompt
{
    public static string Of(PromptLibrary prompts, FollowBenchGroup group, FollowBenchRecord record, string response)
    {
        PromptTemplate template = prompts.Get(group.IsChinese ? JudgePrompts.FollowBenchChinese : JudgePrompts.FollowBenchEnglish);
        return template.Fill(
            ("kind", group.IsChinese ? Chinese(group.Type) : English(group.Type)),
            ("instructions", Instructions(group, record.Level)),
            ("response", response),
            ("count", record.Level.ToString(CultureInfo.InvariantCulture)));
    }

    private static string Instructions(FollowBenchGroup group, int level)
    {
        StringBuilder text = new();
        foreach (FollowBenchRecord step in group.Levels.Where(l => l.Level <= level))
        {
            string heading = (group.IsChinese, step.Level) switch
            {
                (true, 0) => "#初始指令#",
                (true, _) => string.Create(CultureInfo.InvariantCulture, $"#初始指令 + {step.Level}个约束#"),
                (false, 0) => "#Initial instruction#",
                _ => string.Create(CultureInfo.InvariantCulture, $"#Initial instruction + {step.Level} constraint{(step.Level == 1 ? "" : "s")}#"),
            };
            text.Append(text.Length == 0 ? "" : "\n\n").Append(heading).Append('\n').Append(step.Instruction);
        }

        return text.ToString();
    }

    private static string English(string type) => type switch
    {
        "situation" => "situation constraint (information that describes a specific situation or background)",
        "content" or "style" or "format" => type + " constraint",
        _ => "constraint",
    };

    private static string Chinese(string type) => type switch
    {
        "content" => "内容约束",
        "situation" => "情景约束（描述特定情况或背景的信息）",
        "style" => "风格约束",
        "format" => "格式约束",
        _ => "约束",
    };
}
