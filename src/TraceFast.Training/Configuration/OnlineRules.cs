using TraceFast.Training.Encoding;

namespace TraceFast.Training.Configuration;

/// <summary>Rules of stage grpo.</summary>
internal static class OnlineRules
{
    private static readonly string[] s_keys = [
        "num_generations", "max_completion_length", "rollout_temperature", "scale_rewards", "mask_truncated_completions", "grpo_reward",
        "reward_guards"];

    public static void Check(RunConfiguration c, List<string> errors, List<string> notes)
    {
        string stage = $"stage: {c.Stage.ToString().ToLowerInvariant()}";
        if (c.Stage != Stage.Grpo)
        {
            ConfigurationRules.Unused(c, notes, stage, s_keys);
            return;
        }
        ConfigurationRules.Unused(c, notes, stage, "mask_history", "train_on_prompt", "report_margins");
        if (c.Overflow is not (OverflowRule.Error or OverflowRule.Drop))
            errors.Add(
                $"{c.Where(c.IsGiven("overflow") ? "overflow" : "truncate")}: a prompt that is cut may no longer say what its answers are "
                    + "checked for; in stage grpo use overflow: drop, or raise cutoff_len");
        if (c.IsGiven("max_memory"))
            errors.Add(
                $"{c.Where("max_memory")}: max_memory plans the memory of records that are known, and stage grpo samples its answers; set "
                    + "token_budget and gradient_checkpointing instead");
        if (c.DoEval && !c.PredictWithGenerate)
            errors.Add(
                $"{c.Where(c.IsGiven("eval_strategy") ? "eval_strategy" : "do_eval")}: stage grpo has no loss of held-out records; set "
                    + "predict_with_generate: true to score decoded answers to them, or leave evaluation out");
        if (c.DoEval && c.MetricForBestModel == "loss")
            errors.Add(
                $"{c.Where("metric_for_best_model")}: stage grpo has no loss of held-out records; expected a score of decoded answers: "
                    + "mean, constraint_level or prompt_level");
    }
}
